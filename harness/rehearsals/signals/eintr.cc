// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 50, kQuickRounds = 15;
/// Enough to go back to its wait.
constexpr auto kRest = 10ms;
constexpr auto kMostToStop = 1s;

void send(const launch::Daemon& daemon, int number) {
  for (const pid_t pid : daemon.processes())
    if (const auto process = posix::ProcessHandle::open(pid)) process->signal(number);
}

void wait_until_stopped(const launch::Daemon& daemon) {
  const posix::Deadline deadline(kMostToStop);
  while (!deadline.has_passed() && daemon.is_alive()) {
    const auto stat = proc::read_stat(daemon.main().pid());
    if (stat && stat->state == 'T') return;
    posix::pause_for(1ms);
  }
}

}  // namespace

CheckResult signals_eintr(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  const int rounds = depth(scenario, kQuickRounds, kRounds);
  for (int round = 1; round <= rounds; ++round) {
    posix::pause_for(kRest);
    send(*daemon, SIGSTOP);
    wait_until_stopped(*daemon);
    send(*daemon, SIGCONT);
    if (stage.is_interrupted()) return stage.trouble();
    if (!daemon->main().wait_until_ended(posix::Deadline(kRest))) continue;
    const auto status = daemon->exit_status();
    return failed(fmt::format("{} when it was stopped and continued, in round {}",
                              status ? status->describe() : "ended", round),
                  log_evidence(*daemon));
  }
  if (const auto complaint = client.complaint(interrupted))
    return failed("after SIGSTOP and SIGCONT " + *complaint, describe_hang(*daemon));
  if (stage.is_interrupted()) return stage.trouble();
  return passed(
      fmt::format("lives on after SIGSTOP and SIGCONT, {} times; would have caught one that takes "
                  "EINTR for a failure",
                  rounds));
}

}  // namespace watertight::rehearsals
