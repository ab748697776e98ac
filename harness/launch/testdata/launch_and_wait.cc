// SPDX-License-Identifier: Apache-2.0
// launch_and_wait COMMAND ARG...: launches a daemon and waits for ever, to be killed at any moment.

#include "launch/daemon.h"

#include <unistd.h>

#include <iostream>

int main(int argc, char** argv) {
  watertight::Scenario scenario;
  scenario.command.assign(argv + 1, argv + argc);
  scenario.files = {{"deep/er/file", "text"}};
  scenario.setup = {"mkdir read-only && touch read-only/file && chmod 500 read-only"};
  scenario.ready.kind = watertight::Ready::Kind::kAfter;
  const auto launched = watertight::launch::launch(scenario);
  if (const auto* failure = std::get_if<watertight::launch::LaunchFailure>(&launched)) {
    std::cerr << failure->message << '\n';
    return 3;
  }
  for (;;) pause();
}
