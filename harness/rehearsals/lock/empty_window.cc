// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/pid_words.h"
#include "rehearsals/lock/traced.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostToLock = 5s;
constexpr std::size_t kLogLines = 20;

bool names_one_of(const std::vector<pid_t>& pids, const fs::path& path) {
  const auto file = look_at_pid_file(path);
  const auto named = file ? parse_pid_text(file->bytes).pid : std::nullopt;
  return named && std::ranges::find(pids, *named) != pids.end();
}

CheckResult judge_loser(const launch::Daemon& loser, const std::string& content) {
  for (const std::string& line : loser.log_tail(kLogLines)) {
    const std::string nobody = names_nobody(line);
    if (nobody.empty()) continue;
    return failed(fmt::format("an instance that gives way before the pid is in the file {}: {}",
                              nobody, in_quotes(line)),
                  log_evidence(loser));
  }
  return passed(
      fmt::format("an instance that meets the lock while the file holds {} gives way, and "
                  "names no pid that is none; would have caught one that does",
                  content));
}

}  // namespace

CheckResult lock_empty_window(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  Duration usual_start{};
  {
    Stage other(scenario, interrupted);
    const auto alone = other.start();
    if (!alone) return other.trouble();
    if (const auto refusal = trace::why_not(alone->main().pid()))
      return not_applicable(refusal->reason);
    usual_start = alone->ready_after();
  }
  auto started = Traced::start(stage, "first");
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  Traced& first = std::get<Traced>(started);
  const fs::path path = first.daemon().scenario().pid_file;
  const bool has_lock = first.run_to([&](const auto& thread) { return has_locked(thread, path); },
                                     kMostToLock, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!has_lock) return not_applicable("it takes no lock on its PID file when it starts");
  if (names_one_of(live_processes(first.daemon()), path))
    return passed(
        "its pid is in the file before the lock is taken; would have caught the opposite");
  const auto file = look_at_pid_file(path);
  const std::string content = file ? in_quotes(file->bytes) : "nothing";

  auto beside = start_beside(stage);
  if (auto* none = std::get_if<CheckResult>(&beside)) return std::move(*none);
  auto& second = std::get<launch::Daemon>(beside);
  Settled end = settle(second, path, usual_start, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (end == Settled::kStays && !claims_among(live_processes(second), path).empty()) {
    return failed(
        fmt::format("an instance that meets the lock while the file holds {} takes it all "
                    "the same, and stays",
                    content),
        describe_scene({&first.daemon(), &second}, path));
  }
  if (end != Settled::kGone) {  // It may wait for the pid to be there.
    first.let_go();
    end = settle(second, path, usual_start, interrupted);
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (end != Settled::kGone)
    return not_applicable("another instance does not give way: see lock.loser");
  return judge_loser(second, content);
}

}  // namespace watertight::rehearsals
