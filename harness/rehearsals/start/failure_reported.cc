// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "launch/tree_sockets.h"
#include "posix/clock.h"
#include "posix/socket.h"
#include "rehearsals/full_disk.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Some try again for a while (nginx: 2.5 s).
constexpr auto kMostToFail = 6s;
/// Children notice that their parent is gone.
constexpr auto kMostToClear = 1s;

/// Somebody who has the ports of the scenario already.
std::vector<posix::UniqueFd> take_ports(const Scenario& scenario) {
  std::vector<posix::UniqueFd> taken;
  for (const launch::Endpoint& endpoint : launch::local_endpoints(scenario)) {
    if (endpoint.family != proc::SocketFact::Family::kTcp) continue;
    const auto addresses = posix::SocketAddress::resolve(endpoint.host, endpoint.port);
    if (addresses.empty()) continue;
    try {
      taken.push_back(posix::listen_at(addresses.front()));
    } catch (const HarnessError&) {
      continue;  // Two endpoints at one port, or the other address of a name.
    }
  }
  return taken;
}

bool serves(const launch::Daemon& daemon) {
  const auto served = launch::listeners_of(daemon.processes());
  return std::ranges::any_of(
      launch::local_endpoints(daemon.scenario()), [&](const launch::Endpoint& endpoint) {
        return std::ranges::any_of(
            served, [&](const proc::SocketFact& one) { return endpoint.reaches(one); });
      });
}

/// Waits until the launcher has ended, or the daemon serves in spite of all.
std::optional<posix::ExitStatus> wait_for_end(launch::Daemon& daemon, const Stage& stage) {
  const posix::Deadline deadline(kMostToFail);
  while (!deadline.has_passed() && !stage.is_interrupted()) {
    if (const auto exit = daemon.launcher_exit(posix::Deadline(20ms))) return exit;
    // It may listen first, and fail after that.
    if (serves(daemon)) return daemon.launcher_exit(posix::Deadline(kMostToClear));
  }
  return std::nullopt;
}

bool is_clear_in_time(const launch::Daemon& daemon) {
  const posix::Deadline deadline(kMostToClear);
  while (daemon.has_processes()) {
    if (deadline.has_passed()) return false;
    posix::pause_for(5ms);
  }
  return true;
}

/// A start that has to fail: what it says against what is.
CheckResult judge_start(launch::Daemon& daemon, const Stage& stage, std::string_view trouble) {
  const auto exit = wait_for_end(daemon, stage);
  if (stage.is_interrupted()) return stage.trouble();
  if (!exit) {
    CheckResult result =
        failed(fmt::format("{}: it goes on without", trouble), describe_instance(daemon));
    result.severity = Severity::kWarn;
    return result;
  }
  const bool is_clear = is_clear_in_time(daemon);
  const std::size_t left = daemon.processes().size();
  if (!exit->is_success() && !is_clear) {
    return failed(fmt::format("{}: it {}, and {} of it run on", trouble, exit->describe(),
                              count_of(left, "process", "processes")),
                  describe_instance(daemon));
  }
  if (exit->is_success() && is_clear) {
    return failed(fmt::format("{}: its launcher exits with 0, and there is no daemon", trouble),
                  log_evidence(daemon));
  }
  if (exit->is_success()) {
    CheckResult result =
        failed(fmt::format("{}: its launcher exits with 0, and it runs without", trouble),
               describe_instance(daemon));
    result.severity = Severity::kWarn;
    return result;
  }
  return passed(fmt::format("{}: it {}", trouble, exit->describe()));
}

CheckResult start_without_port(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const auto taken = take_ports(site->scenario());
  if (taken.empty()) return not_applicable("no tcp port that it has to serve");
  auto daemon = stage.start({.waits_until_ready = false, .meets_taken_ports = true});
  if (!daemon) return stage.trouble();
  return judge_start(*daemon, stage, "with its port taken");
}

CheckResult start_on_full_disk(const Scenario& scenario, const Interrupted& interrupted) {
  if (scenario.pid_file.empty()) return not_applicable("no --pid-file");
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const std::string pid_file = site->scenario().pid_file;
  if (!scenario.user.empty() || !can_fill_disk(pid_file))
    return not_applicable("a full disk takes root, who may mount");
  auto daemon = stage.start({.waits_until_ready = false, .through = on_full_disk(pid_file)});
  if (!daemon) return stage.trouble();
  return judge_start(*daemon, stage, "with its PID file on a full disk");
}

}  // namespace

CheckResult start_failure_reported(const Scenario& scenario, const Interrupted& interrupted) {
  const CheckResult results[] = {start_without_port(scenario, interrupted),
                                 start_on_full_disk(scenario, interrupted)};
  // The worst first: a failure, a warning, what stayed open.
  const CheckResult* worst = &results[0];
  std::vector<std::string> reports, reasons;
  for (const CheckResult& result : results) {
    if (result.verdict == Verdict::kInconclusive) return result;
    const bool is_failure = result.verdict == Verdict::kFail;
    if (is_failure && (worst->verdict != Verdict::kFail || result.severity < worst->severity))
      worst = &result;
    auto& lines = result.verdict == Verdict::kNotApplicable ? reasons : reports;
    lines.push_back(result.summary);
  }
  if (worst->verdict == Verdict::kFail) return *worst;
  if (reports.empty()) return not_applicable(fmt::format("{}", fmt::join(reasons, "; ")));
  CheckResult result = passed(
      fmt::format("{}; would have caught one that says that it runs, or leaves processes behind",
                  fmt::join(reports, "; ")));
  if (!reasons.empty())
    result.evidence = {fmt::format("not looked at: {}", fmt::join(reasons, "; "))};
  return result;
}

}  // namespace watertight::rehearsals
