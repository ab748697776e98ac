// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/dispositions.h"
#include "rehearsals/signals/handler_watch.h"
#include "rehearsals/signals/harmless.h"
#include "rehearsals/signals/state_checks.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 500ms;
constexpr auto kLeastForSignal = 50ms;
constexpr auto kMostForWork = 1s;
constexpr std::uint64_t kOperations = 16;
constexpr auto kMostToStop = 500ms;

/// A little work, which a daemon that hangs does not do.
void work_a_little(launch::Daemon& daemon, const Interrupted& interrupted) {
  stress::Workload work(daemon, answered(daemon.scenario().stress));
  const posix::Deadline deadline(kMostForWork);
  work.next_round(kOperations, std::nullopt,
                  [&] { return deadline.has_passed() || (interrupted && interrupted() != 0); });
}

}  // namespace

CheckResult signals_stuck_handler(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const bool has_work = !answered(daemon->scenario().stress).empty();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto all = read_dispositions(daemon->main().pid());
  if (!all || all->caught == 0)
    return not_applicable("its main process has no signal handler to hang in");
  const HandlerWatch watch(*daemon);
  std::vector<int> signals = harmless_signals_of(*daemon);
  if ((all->caught & bit_of(SIGTERM)) != 0) signals.push_back(SIGTERM);
  std::uint64_t looked_at = 0;
  for (const int number : signals) {
    if (has_work) work_a_little(*daemon, interrupted);
    daemon->main().signal(number);
    looked_at |= bit_of(number);
    const bool has_ended = daemon->main().wait_until_ended(
        posix::Deadline(number == SIGTERM ? Duration(kMostToStop) : Duration(kLeastForSignal)));
    if (stage.is_interrupted()) return stage.trouble();
    if (has_ended) break;
    if (has_work) work_a_little(*daemon, interrupted);
    const auto stuck = watch.find_stuck(*daemon);
    if (stuck.empty()) continue;
    HangEvidence evidence = describe_hang(*daemon);
    evidence.lines.insert(evidence.lines.begin(), stuck.begin(), stuck.end());
    return failed(fmt::format("after SIG{} a thread hangs in a signal handler, waiting for a lock",
                              sigabbrev_np(number)),
                  evidence);
  }
  return passed(fmt::format(
      "no thread hangs in a handler after {}; would have caught one that waits for a lock there",
      looked_at == 0 ? "its start" : names_of_signals(looked_at)));
}

}  // namespace watertight::rehearsals
