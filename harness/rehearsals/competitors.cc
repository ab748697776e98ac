// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/competitors.h"

#include "posix/process.h"

#include <watertight/error.h>

#include <variant>

namespace watertight::rehearsals {

Competitors::Competitors(unsigned count) : guard_(launch::Guard::start({})) {
  launch::Command command;
  command.arguments = {"/usr/bin/setsid", "/bin/sh", "-c", "trap '' TERM; while :; do :; done"};
  command.environment = posix::current_environment();
  for (unsigned i = 0; i < count; ++i) {
    auto spawned = guard_.spawn(command);
    if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned))
      throw HarnessError("start a competitor", failure->message, 0);
  }
}

}  // namespace watertight::rehearsals
