// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/reload/possessions.h"

#include "launch/tree_sockets.h"
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/lock/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToSettle = 2s;

std::vector<std::string> missing_of(const std::set<std::string>& before,
                                    const launch::Daemon& daemon) {
  std::vector<std::string> lost;
  std::ranges::set_difference(before, possessions_of(daemon), std::back_inserter(lost));
  return lost;
}

}  // namespace

std::set<std::string> possessions_of(const launch::Daemon& daemon) {
  std::set<std::string> all;
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes()))
    all.insert("the listener at " + launch::describe(socket));
  const std::string& pid_file = daemon.scenario().pid_file;
  if (pid_file.empty()) return all;
  if (look_at_pid_file(pid_file)) all.insert("the PID file");
  if (!claims_among(live_processes(daemon), pid_file).empty()) all.insert("the lock on it");
  return all;
}

std::vector<std::string> lost_of(const std::set<std::string>& before,
                                 const launch::Daemon& daemon) {
  const posix::Deadline deadline(kMostToSettle);
  std::vector<std::string> lost;
  while (!(lost = missing_of(before, daemon)).empty() && !deadline.has_passed())
    posix::pause_for(5ms);
  return lost;
}

bool ignores_reload(const launch::Daemon& daemon) {
  const auto status = proc::read_status(daemon.main().pid());
  return status && (status->ignored >> (SIGHUP - 1) & 1) != 0;
}

CheckResult judge_end(launch::Daemon& daemon, int reload) {
  const auto status = daemon.exit_status();
  if (status && status->was_signalled && status->code == SIGHUP) {
    return not_applicable("it leaves SIGHUP at its default, which ends it: there is no reload");
  }
  if (status && status->is_success())
    return not_applicable("it takes SIGHUP for a stop, and exits with 0");
  return failed(
      fmt::format("{} on SIGHUP number {}", status ? status->describe() : "ended", reload),
      log_evidence(daemon));
}

}  // namespace watertight::rehearsals
