// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/file.h"
#include "proc/files.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/limits/full_table.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr Duration kWatched = 1s, kQuickWatched = 400ms;
constexpr auto kMostForQuiet = 200ms;
constexpr std::uint64_t kClients = 16;
/// Bytes a second.
constexpr double kMostIdle = 4096, kMostInTrouble = 256 * 1024;
constexpr std::size_t kTail = 200;

using Sizes = std::map<fs::path, double>;

/// Of the files that it only appends to: what it prints, and its logs.
Sizes logs_of(const launch::Daemon& daemon) {
  Sizes sizes;
  for (const pid_t pid : daemon.processes()) {
    const auto files = proc::read_open_files(pid);
    for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{})) {
      const auto flags = proc::read_open_flags(pid, file.fd);
      const bool is_appended =
          flags && (*flags & O_ACCMODE) != O_RDONLY && (*flags & O_APPEND) != 0;
      if (file.kind != proc::OpenFile::Kind::kRegular || !is_appended) continue;
      if (const auto facts = posix::stat_if_there(fmt::format("/proc/{}/fd/{}", pid, file.fd)))
        sizes[file.target] = static_cast<double>(facts->st_size);
    }
  }
  return sizes;
}

struct Rate {
  fs::path log;  ///< The one that grows most.
  double bytes_per_second = 0;
};

/// What is written while `during` goes on.
template <typename During>
Rate measure(const launch::Daemon& daemon, During during) {
  const Sizes before = logs_of(daemon);
  const auto begin = posix::Clock::now();
  during();
  const std::chrono::duration<double> time = posix::Clock::now() - begin;
  Rate most;
  for (const auto& [log, size] : logs_of(daemon)) {
    const auto old = before.find(log);
    if (old == before.end()) continue;
    const double rate = (size - old->second) / time.count();
    if (rate > most.bytes_per_second) most = {log, rate};
  }
  return most;
}

/// How often the most frequent of the last lines is among them, numbers apart.
std::string describe_repetition(const fs::path& log) {
  std::map<std::string, std::size_t> lines;
  std::string line;
  std::size_t count = 0;
  for (const char c : posix::read_tail(log, kTail)) {
    if (c != '\n') {
      if (c < '0' || c > '9') line += c;
      continue;
    }
    ++lines[line];
    ++count;
    line.clear();
  }
  const auto most = std::ranges::max_element(lines, {}, [](const auto& one) { return one.second; });
  if (most == lines.end()) return "its last lines are not to be read";
  return fmt::format("{} of its last {} lines: {}", most->second, count, most->first);
}

CheckResult complain(const Rate& rate, std::string_view when) {
  return failed(fmt::format("{} it writes {:.0f} KiB a second to {}", when,
                            rate.bytes_per_second / 1024, rate.log.native()),
                {describe_repetition(rate.log)});
}

}  // namespace

CheckResult limits_log_growth(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  if (logs_of(*daemon).empty())
    return not_applicable("what it prints goes where it cannot be seen: a pipe, syslog, nowhere");
  const Duration watched = scenario.is_quick ? kQuickWatched : kWatched;
  const Rate idle =
      measure(*daemon, [&] { daemon->main().wait_until_ended(posix::Deadline(watched)); });
  if (idle.bytes_per_second > kMostIdle) return complain(idle, "with nobody there");

  const auto stress = answered(daemon->scenario().stress);
  if (stress.empty())
    return passed(
        fmt::format("with nobody there it writes {:.0f} bytes a second; would have "
                    "caught {:.0f}",
                    idle.bytes_per_second, kMostIdle));
  FullTable full(*daemon);
  const auto silent = connect_silently(daemon->scenario(), full.free());
  stress::Workload clients(*daemon, stress);
  const Rate trouble = measure(*daemon, [&] {
    const posix::Deadline deadline(watched);
    const auto is_over = [&] { return stage.is_interrupted() || deadline.has_passed(); };
    while (!is_over() && daemon->is_alive()) clients.next_round(kClients, std::nullopt, is_over);
  });
  if (daemon->is_alive()) full.end();
  if (stage.is_interrupted()) return stage.trouble();
  if (trouble.bytes_per_second > kMostInTrouble)
    return complain(trouble, "out of descriptors (EMFILE)");
  return passed(
      fmt::format("writes {:.0f} bytes a second with nobody there, {:.0f} out of "
                  "descriptors; would have caught {:.0f} and {:.0f}",
                  idle.bytes_per_second, trouble.bytes_per_second, kMostIdle, kMostInTrouble));
}

}  // namespace watertight::rehearsals
