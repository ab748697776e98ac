// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/limit.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// To write down what happened, also on a busy machine.
constexpr auto kMostToEnd = 5s;
constexpr auto kMostForQuiet = 200ms;

/// No core file, and none by a pipe: 1 is what the kernel takes for a dump of the dump's own
/// program (fs/coredump.c).
void keep_from_dumping(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto limit = posix::limit_of(pid, posix::Resource::kCoreSize);
    if (limit && limit->hard >= 1)
      posix::set_limit(pid, posix::Resource::kCoreSize, {1, limit->hard});
  }
}

}  // namespace

CheckResult signals_crash_ends(const Scenario& scenario, const Interrupted& interrupted) {
  std::string ends;
  for (const int number : {SIGSEGV, SIGABRT}) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    wait_until_quiet(*daemon, kMostForQuiet);
    keep_from_dumping(*daemon);
    const std::string name = fmt::format("SIG{}", sigabbrev_np(number));
    const auto begin = posix::Clock::now();
    daemon->main().signal(number);
    while (!daemon->main().wait_until_ended(posix::Deadline(50ms))) {
      if (stage.is_interrupted()) return stage.trouble();
      if (posix::Clock::now() - begin < kMostToEnd) continue;
      return failed(fmt::format("still there {} after {}: a crash would hang, and nobody would "
                                "start it again",
                                text_of(kMostToEnd), name),
                    describe_hang(*daemon));
    }
    const Duration time = posix::Clock::now() - begin;
    const auto status = daemon->exit_status();
    if (status && status->is_success()) {
      return failed(fmt::format("exits with 0 on {}: init takes a crash for a clean end", name),
                    log_evidence(*daemon));
    }
    ends += fmt::format("{}{} ends it in {} ({})", ends.empty() ? "" : ", ", name, text_of(time),
                        status ? status->describe() : "its status went elsewhere");
  }
  return passed(
      fmt::format("{}; would have caught one that hangs, or says that all was well", ends));
}

}  // namespace watertight::rehearsals
