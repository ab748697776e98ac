// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard/protocol.h"

namespace watertight::guard {

struct Spawned {
  pid_t pid;  ///< -1 where a step failed.
  int pidfd;  ///< The caller closes it.
  Step step;
  int error;
  bool is_held_by_cgroup;
};

/// Forks and executes what `plan` (a memory file) says, with `standard` as descriptors 0 to 2, in a
/// process group of its own, in a cgroup where `cgroup` (its folder) is not -1. Waits until exec(2)
/// has succeeded or failed, or until `harness` (a pidfd) ends.
Spawned spawn(int plan, const int standard[3], int cgroup, int harness);

}  // namespace watertight::guard
