// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/busiest_thread.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/limits/full_table.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Longer than a client waits for its answer.
constexpr Duration kFull = 3s, kQuickFull = 1200ms;
constexpr auto kMostForQuiet = 200ms;
constexpr std::uint64_t kClients = 16;

}  // namespace

CheckResult limits_emfile(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  if (const auto complaint = client.complaint(interrupted))
    return inconclusive("with all descriptors that it wants " + *complaint);
  wait_until_quiet(*daemon, kMostForQuiet);

  FullTable full(*daemon);
  if (full.is_refused()) return not_applicable("its limits are not ours to set");
  const auto silent = connect_silently(daemon->scenario(), full.free());
  stress::Workload clients(*daemon, answered(daemon->scenario().stress));
  const BusiestThread busiest(*daemon);
  const posix::Deadline deadline(depth(scenario, kQuickFull, kFull));
  stress::Tally tally;
  while (!deadline.has_passed() && !stage.is_interrupted() && daemon->is_alive())
    tally += clients.next_round(kClients, std::nullopt,
                                [&] { return stage.is_interrupted() || deadline.has_passed(); });
  const BusiestThread::Demand demand = busiest.look();
  const bool was_met = tally.failed > 0 || tally.attempted == 0;
  const bool spins = was_met && demand.is_spinning() && daemon->is_alive();
  const HangEvidence evidence = spins ? describe_hang(*daemon) : HangEvidence{};
  if (daemon->is_alive()) full.end();
  if (stage.is_interrupted()) return stage.trouble();

  if (!daemon->is_alive()) {
    const auto status = daemon->exit_status();
    return failed(fmt::format("{} when it was out of descriptors (EMFILE)",
                              status ? status->describe() : "ended"),
                  log_evidence(*daemon));
  }
  if (spins) {
    return failed(
        fmt::format("spins while it is out of descriptors (EMFILE): {}", demand.describe()),
        evidence);
  }
  if (const auto complaint = client.complaint(interrupted))
    return failed("once it has descriptors again " + *complaint, describe_hang(*daemon));
  if (!was_met)
    return not_applicable("it needs no new descriptor to answer: all clients were answered");
  CheckResult result = passed(
      "out of descriptors it rests, and answers once it has some; would have caught one that "
      "spins, ends or stays silent");
  result.evidence = {demand.describe()};
  return result;
}

}  // namespace watertight::rehearsals
