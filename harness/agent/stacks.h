// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/slot.h"

/// Where a stack was taken, so that it is known again without unwinding.
struct StackPlace {
  uint64_t depth;  ///< 0: cannot be told again.
  /// Where each return address of the stack lies.
  const uintptr_t *returns[kWatertightAgentFrames];
};

/// The stack of the present thread from `caller`, the return address of a hook, outwards; by the
/// unwind tables, with libgcc's unwinder (some microseconds).
///
/// Not by libunwind: its first look makes a pipe, to which it writes to probe addresses; a daemon
/// that closes descriptors it does not know would get those bytes into a file of its own (libunwind
/// 1.6.2). Not by frame pointers: Debian's daemons are built without.
void take_stack(struct WatertightAgentStack *stack, struct StackPlace *place, const void *caller);

/// Whether the same return addresses lie in the same places now.
int is_still_there(const struct WatertightAgentStack *stack, const struct StackPlace *place,
                   const void *caller);

/// Loads the unwinder, which allocates. From the constructor.
void prepare_stacks(void);
