// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/flood.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToRise = 5s;
constexpr auto kHigh = 50ms;
/// A flood with a gap proves nothing of a daemon that ended.
constexpr int kMostTries = 3;

CheckResult tell_starvation(CheckResult fault, const Stop& stop, const Flood& flood) {
  const std::string input =
      fmt::format("{} bytes of input sent, {} moments without any", flood.bytes(), flood.gaps());
  if (stop.is_signal_pending) {
    fault.evidence.insert(
        fault.evidence.begin(),
        fmt::format("SIGTERM is still pending, and blocked, after {} of input ({}): the daemon "
                    "lets it in only while it waits, and it never has to wait",
                    text_of(stop.until_kill.value_or(Duration{})), input));
  } else {
    fault.evidence.insert(fault.evidence.begin(),
                          fmt::format("SIGTERM was taken, and not acted on: {}", input));
  }
  return fault;
}

}  // namespace

CheckResult shutdown_input_ready(const Scenario& scenario, const Interrupted& interrupted) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    Stage stage(scenario, interrupted);
    auto daemon = stage.start();
    if (!daemon) return stage.trouble();
    const auto streams = spoken_streams(daemon->scenario());
    if (streams.empty())
      return not_applicable("needs a --stress of a stream: tcp, unix or http, with text to send");
    const Flood flood(streams);
    if (!flood.wait_until_high(posix::Deadline(kMostToRise)))
      return inconclusive("it takes its input faster than it can be sent here");
    daemon->main().wait_until_ended(posix::Deadline(kHigh));
    if (!daemon->is_alive()) return inconclusive("it ended before SIGTERM, of all the input");

    const std::uint64_t gaps = flood.gaps();
    const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
    if (stage.is_interrupted()) return stage.trouble();
    if (const auto fault = find_fault(stop, *daemon, "while its input never runs dry"))
      return tell_starvation(*fault, stop, flood);
    if (flood.gaps() > gaps) continue;
    CheckResult result = passed(
        fmt::format("SIGTERM ends it in {} while its input never runs dry; would have caught one "
                    "that sees signals only when it has nothing to read",
                    text_of(stop.until_exit)));
    result.evidence = {fmt::format("{} bytes of input sent", flood.bytes())};
    return result;
  }
  return not_applicable(
      "its input ran dry before it ended: it takes it faster than it can be sent here");
}

}  // namespace watertight::rehearsals
