// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/start/background.h"

#include "launch/endpoint.h"
#include "launch/ready_signs.h"
#include "launch/tree_sockets.h"
#include "posix/clock.h"

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToLetGo = 2s;

}  // namespace

std::variant<launch::Daemon, CheckResult> start_in_background(Stage& stage) {
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  if (!daemon->is_in_background()) return not_applicable("it stays in the foreground");
  if (!daemon->launcher_exit(posix::Deadline(kMostToLetGo)))
    return not_applicable(
        "who started it is still there: it does not put itself in the background");
  return std::move(*daemon);
}

std::vector<std::string> missing_of(const launch::Daemon& daemon) {
  std::vector<std::string> missing;
  const Scenario& scenario = daemon.scenario();
  const auto served = launch::listeners_of(daemon.processes());
  for (const launch::Endpoint& endpoint : launch::local_endpoints(scenario)) {
    const auto reaches = [&](const proc::SocketFact& one) { return endpoint.reaches(one); };
    if (std::ranges::none_of(served, reaches)) missing.push_back(endpoint.describe());
  }
  if (!scenario.pid_file.empty() && !launch::read_pid_file(scenario.pid_file))
    missing.push_back("a pid in " + scenario.pid_file);
  return missing;
}

}  // namespace watertight::rehearsals
