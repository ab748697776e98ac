// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/limit.h"
#include "proc/files.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kHolding = 16;
constexpr auto kMostForClients = 1s;
constexpr auto kMostForQuiet = 200ms;
constexpr double kMuch = 0.8;

/// The process that is nearest to its limit.
struct Fullest {
  pid_t pid = 0;
  double used = 0, limit = 1;
  double share() const { return used / limit; }
};

Fullest find_fullest(const launch::Daemon& daemon) {
  Fullest fullest;
  for (const pid_t pid : daemon.processes()) {
    const auto limit = posix::limit_of(pid, posix::Resource::kDescriptors);
    const auto used = proc::count_open_files(pid);
    if (!limit || !used || limit->soft == 0) continue;
    const Fullest one{pid, static_cast<double>(*used), static_cast<double>(limit->soft)};
    if (fullest.pid == 0 || one.share() > fullest.share()) fullest = one;
  }
  return fullest;
}

}  // namespace

CheckResult limits_headroom(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const Fullest alone = find_fullest(*daemon);
  std::vector<Stress> stress = answered(daemon->scenario().stress);
  for (Stress& one : stress)
    if (one.kind == Stress::Kind::kTcp || one.kind == Stress::Kind::kUnix)
      one.manners = {Manner::kHold};
  stress::Workload clients(*daemon, stress);
  const posix::Deadline deadline(kMostForClients);
  clients.next_round(kHolding, std::nullopt,
                     [&] { return stage.is_interrupted() || deadline.has_passed(); });
  wait_until_quiet(*daemon, kMostForQuiet);
  const Fullest fullest = find_fullest(*daemon);
  if (stage.is_interrupted()) return stage.trouble();
  if (alone.pid == 0 || fullest.pid == 0) return not_applicable("its limits are not ours to read");

  const std::string words = fmt::format(
      "{:g} of {:g} descriptors are in use in pid {} with {} "
      "clients",
      fullest.used, fullest.limit, fullest.pid, kHolding);
  if (fullest.share() >= kMuch)
    return failed(words + fmt::format(": {:g} are left", fullest.limit - fullest.used),
                  describe_instance(*daemon));
  const double per_client =
      fullest.pid == alone.pid ? (fullest.used - alone.used) / static_cast<double>(kHolding) : 0;
  CheckResult result =
      passed(words + fmt::format("; would have caught {:.0f} % of the limit", 100 * kMuch));
  if (per_client > 0)
    result.evidence = {fmt::format("{:.2g} descriptors a client: there is room for {:.0f} more",
                                   per_client, (fullest.limit - fullest.used) / per_client)};
  return result;
}

}  // namespace watertight::rehearsals
