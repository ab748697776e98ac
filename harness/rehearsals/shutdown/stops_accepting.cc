// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/streams.h"

#include <fmt/format.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Time to see the signal; and to rest, which says that it has.
constexpr auto kToNotice = 100ms, kMostForQuiet = 500ms;

}  // namespace

CheckResult shutdown_stops_accepting(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const HeldClients clients(*daemon, 1);  // Whom one that drains has to wait for.
  const auto begin = posix::Clock::now();
  daemon->main().signal(SIGTERM);
  bool has_ended = daemon->main().wait_until_ended(posix::Deadline(kToNotice));
  if (!has_ended) {
    wait_until_quiet(*daemon, kMostForQuiet);
    has_ended = daemon->main().has_ended();
  }
  if (stage.is_interrupted()) return stage.trouble();
  const Duration time = posix::Clock::now() - begin;
  if (has_ended) {
    return passed(
        fmt::format("it ended before a new client could come, {} after SIGTERM; would "
                    "have caught one that goes on serving",
                    text_of(time)));
  }
  if (serves_new_clients(*daemon) && daemon->is_alive()) {
    return failed(
        fmt::format("a client that came {} after SIGTERM was served as before", text_of(time)),
        describe_instance(*daemon));
  }
  return passed(
      fmt::format("a client that came {} after SIGTERM was not served; would have caught "
                  "one that goes on serving",
                  text_of(time)));
}

}  // namespace watertight::rehearsals
