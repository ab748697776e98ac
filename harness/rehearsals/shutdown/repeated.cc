// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/leftovers.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

struct Second {
  int signal;
  posix::Clock::duration after;  ///< The first SIGTERM.
};
constexpr Second kSeconds[] = {{SIGTERM, 100us}, {SIGTERM, 1ms},  {SIGTERM, 10ms},
                               {SIGTERM, 100ms}, {SIGINT, 100us}, {SIGINT, 10ms}};
/// The least that is between them under a tracer.
constexpr auto kSlowedDown = 50ms;
constexpr int kRounds = 4, kQuickRounds = 1;

struct Outcome {
  CheckResult result;
  bool was_in_time = false;         ///< The second signal met a live process.
  std::set<std::string> left = {};  ///< Patterns of names.
};

/// With time for the first signal, which a tracer takes up: two that wait are one.
auto apart(const Second& second) {
  return [=](const launch::Daemon& told) {
    told.main().signal(SIGTERM);
    const auto after = std::max<posix::Clock::duration>(second.after, kSlowedDown);
    if (!told.main().wait_until_ended(posix::Deadline(after))) told.main().signal(second.signal);
  };
}

/// One stop; `second` null: without a second signal, when it rests after its start and has all
/// that it may leave.
Outcome stop_once(const Scenario& scenario, const Interrupted& interrupted, const Second* second) {
  Outcome outcome;
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return {stage.trouble()};
  const Leftovers leftovers(site->state());
  auto daemon = stage.start();
  if (!daemon) return {stage.trouble()};
  if (!second) let_rest(*daemon);
  const auto tell = [&](const launch::Daemon& told) {
    told.main().signal(SIGTERM);
    if (!second) return;
    if (told.main().wait_until_ended(posix::Deadline(second->after))) return;
    outcome.was_in_time = told.main().signal(second->signal);
  };
  const Stop stop =
      stop_daemon(*daemon, {.window = scenario.window.length, .tell = tell}, interrupted);
  if (stage.is_interrupted()) return {stage.trouble()};
  if (!stop.main_in_window) {
    outcome.result = failed("hangs until SIGKILL", stop.evidence);
  } else if (stop.status && stop.status->is_crash()) {
    outcome.result = failed(stop.status->describe(), log_evidence(*daemon, 10));
    if (second) add_crash(scenario, interrupted, apart(*second), outcome.result);
  } else {
    outcome.result = passed("");
  }
  for (const auto& entry : leftovers.now())
    outcome.left.insert(without_numbers(entry.path.lexically_relative(site->state())));
  return outcome;
}

}  // namespace

CheckResult shutdown_repeated(const Scenario& scenario, const Interrupted& interrupted) {
  const Outcome once = stop_once(scenario, interrupted, nullptr);
  if (once.result.verdict == Verdict::kInconclusive) return once.result;
  if (once.result.verdict == Verdict::kFail)
    return inconclusive("one SIGTERM does not end it well; see shutdown.idle");

  int in_time = 0, stops = 0;
  const int rounds = depth(scenario, kQuickRounds, kRounds);
  for (int round = 0; round < rounds; ++round) {
    for (const Second& second : kSeconds) {
      Outcome twice = stop_once(scenario, interrupted, &second);
      if (twice.result.verdict == Verdict::kInconclusive) return twice.result;
      const std::string when =
          fmt::format("SIG{} {} after SIGTERM", sigabbrev_np(second.signal), text_of(second.after));
      if (twice.result.verdict == Verdict::kFail) {
        twice.result.summary = fmt::format("{}: {}", when, twice.result.summary);
        return twice.result;
      }
      std::vector<std::string> more;
      std::ranges::set_difference(twice.left, once.left, std::back_inserter(more));
      if (!more.empty() && twice.left.size() > once.left.size()) {
        // To end at once on the second signal is a policy; what it leaves is for its next start.
        CheckResult result = failed(
            fmt::format("{}: leaves what one SIGTERM does not: {}", when, fmt::join(more, ", ")));
        result.severity = Severity::kWarn;
        return result;
      }
      ++stops;
      in_time += twice.was_in_time;
    }
  }
  return passed(
      fmt::format("a second signal changes nothing; it met {} of {} stops under way; "
                  "would have caught a crash, a hang, or something left behind",
                  in_time, stops));
}

}  // namespace watertight::rehearsals
