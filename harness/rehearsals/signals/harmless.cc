// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/harmless.h"

#include "rehearsals/signals/dispositions.h"

#include <csignal>

namespace watertight::rehearsals {

std::vector<int> harmless_signals_of(const launch::Daemon& daemon) {
  std::vector<int> chosen;
  const auto all = read_dispositions(daemon.main().pid());
  if (!all) return chosen;
  for (const int number :
       {SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGURG, SIGPIPE})
    if ((all->caught & bit_of(number)) != 0) chosen.push_back(number);
  return chosen;
}

}  // namespace watertight::rehearsals
