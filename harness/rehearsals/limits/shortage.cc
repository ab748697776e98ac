// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/shortage.h"

#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/busiest_thread.h"
#include "stress/stress.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Longer than a client waits for its answer.
constexpr Duration kShort = 2500ms, kQuickShort = 1200ms;
constexpr auto kMostForQuiet = 200ms;
constexpr std::uint64_t kClients = 16;

stress::Tally let_clients_come(launch::Daemon& daemon, Duration time, const Stage& stage) {
  stress::Workload clients(daemon, answered(daemon.scenario().stress));
  const posix::Deadline deadline(time);
  const auto is_over = [&] { return stage.is_interrupted() || deadline.has_passed(); };
  stress::Tally tally;
  while (!is_over() && daemon.is_alive())
    tally += clients.next_round(kClients, std::nullopt, is_over);
  return tally;
}

}  // namespace

CheckResult withstand(const Scenario& scenario, const Interrupted& interrupted,
                      const Shortage& shortage) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  auto daemon = stage.start(shortage.how(*site));
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  if (const auto complaint = client.complaint(interrupted))
    return inconclusive("with all that it wants " + *complaint);
  wait_until_quiet(*daemon, kMostForQuiet);

  if (const auto reason = shortage.begin(*daemon)) return not_applicable(*reason);
  const BusiestThread busiest(*daemon);
  const stress::Tally tally =
      let_clients_come(*daemon, scenario.is_quick ? kQuickShort : kShort, stage);
  const BusiestThread::Demand demand = busiest.look();
  const bool was_met = tally.failed > 0;
  const bool spins = was_met && demand.is_spinning() && daemon->is_alive();
  const HangEvidence evidence = spins ? describe_hang(*daemon) : HangEvidence{};
  if (daemon->is_alive()) shortage.end(*daemon);
  if (stage.is_interrupted()) return stage.trouble();

  if (!daemon->is_alive()) {
    const auto status = daemon->exit_status();
    return failed(fmt::format("{} when it was short of {}", status ? status->describe() : "ended",
                              shortage.of),
                  log_evidence(*daemon));
  }
  if (spins)
    return failed(fmt::format("spins while it is short of {}: {}", shortage.of, demand.describe()),
                  evidence);
  if (const auto complaint = client.complaint(interrupted))
    return failed(fmt::format("once it has enough {} again {}", shortage.of, *complaint),
                  describe_hang(*daemon));
  if (stage.is_interrupted()) return stage.trouble();
  if (!was_met)
    return not_applicable(
        fmt::format("short of {} it answers all {} of its clients: it needs none for them",
                    shortage.of, tally.attempted));
  CheckResult result = passed(
      fmt::format("short of {} it turns clients away, lives, and answers once it has enough; would "
                  "have caught one that ends, spins or stays silent",
                  shortage.of));
  result.evidence = {fmt::format("{} of {} clients were turned away: {}", tally.failed,
                                 tally.attempted, tally.first_failure),
                     demand.describe()};
  return result;
}

void TreeLimit::begin(const launch::Daemon& daemon, posix::Resource resource,
                      const std::function<std::optional<std::uint64_t>(pid_t)>& most) {
  resource_ = resource;
  for (const pid_t pid : daemon.processes()) {
    const auto soft = most(pid);
    const auto before = soft ? posix::limit_of(pid, resource) : std::nullopt;
    if (before && posix::set_limit(pid, resource, {*soft, before->hard}))
      before_.emplace(pid, *before);
  }
}

void TreeLimit::end(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto own = before_.find(pid);  // A child that was born meanwhile has its parent's.
    posix::set_limit(pid, resource_, own != before_.end() ? own->second : before_.begin()->second);
  }
  before_.clear();
}

}  // namespace watertight::rehearsals
