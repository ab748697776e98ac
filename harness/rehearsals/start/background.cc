// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/start/background.h"

#include "posix/clock.h"

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

}  // namespace watertight::rehearsals
