// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/stage.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <filesystem>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr int kWriters = 4;
constexpr auto kMostToBegin = 10s;
constexpr auto kBetweenLooks = 2ms;
/// Writes 4 MiB, waits until they are on the disk, notes that in `$0.rounds`, and again.
constexpr const char* kWrite =
    "while :; do dd if=/dev/zero of=\"$0\" bs=1M count=4 conv=fsync,notrunc 2>/dev/null || exit; "
    "echo >>\"$0.rounds\"; done";

/// Processes that keep the disk of a folder busy, in files of their own there.
class Writers {
 public:
  explicit Writers(const fs::path& folder) : folder_(folder), guard_(launch::Guard::start({})) {
    for (int i = 0; i < kWriters; ++i) {
      launch::Command command;
      command.arguments = {"/bin/sh", "-c", kWrite, file(i)};
      command.environment = posix::current_environment();
      auto spawned = guard_.spawn(command);
      if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned))
        throw HarnessError("start a writer", failure->message, 0);
    }
  }

  /// Times that one of them has seen its bytes reach the disk.
  std::uintmax_t rounds() const {
    std::uintmax_t sum = 0;
    for (int i = 0; i < kWriters; ++i) {
      std::error_code error;
      const auto size = fs::file_size(file(i) + ".rounds", error);
      if (!error) sum += size;
    }
    return sum;
  }

  bool wait_for_rounds(std::uintmax_t count, const posix::Deadline& deadline) const {
    while (rounds() < count) {
      if (deadline.has_passed()) return false;
      posix::pause_for(kBetweenLooks);
    }
    return true;
  }

 private:
  std::string file(int number) const { return folder_ / fmt::format("writer.{}", number); }

  fs::path folder_;
  launch::Guard guard_;  ///< Ends them.
};

}  // namespace

CheckResult shutdown_io_contended(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const fs::path folder = daemon->folder().root();
  if (posix::is_kept_in_memory(folder))
    return not_applicable(fmt::format("{} is kept in memory: set TMPDIR to a folder on a disk",
                                      folder.parent_path().native()));
  const auto begin = posix::Clock::now();
  const Writers writers(folder);
  if (!writers.wait_for_rounds(1, posix::Deadline(kMostToBegin)))
    return not_applicable("4 MiB do not reach the disk within 10 s");
  const Duration first = posix::Clock::now() - begin;
  const Stop stop = stop_daemon(
      *daemon, {.window = scenario.window.length, .counts_competition = true}, interrupted);
  const std::uintmax_t rounds = writers.rounds();
  if (stage.is_interrupted()) return stage.trouble();
  const std::string load =
      fmt::format("{} writers of 4 MiB and fsync(2), the first done after {}, {} by the end",
                  kWriters, text_of(first), rounds);
  if (auto fault = find_fault(stop, *daemon, "beside writers that keep the disk busy")) {
    fault->evidence.insert(fault->evidence.begin(), load);
    return *fault;
  }
  CheckResult result = passed(
      fmt::format("ends in {} beside {} writers that keep the disk busy; would have caught more "
                  "than {}",
                  text_of(stop.until_exit), kWriters, text_of(scenario.window)));
  result.evidence = {load};
  return result;
}

}  // namespace watertight::rehearsals
