// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/slot.h"

/// The stack of the present thread from `caller`, the return address of a hook, outwards.
///
/// By frame pointers once they have agreed with the unwind tables often enough, else by
/// backtrace(3). libunwind is not used: its first look makes a pipe, to which it writes to probe
/// addresses; a daemon that closes descriptors it does not know would get those bytes into a file
/// of its own (libunwind 1.6.2).
void take_stack(struct WatertightAgentStack *stack, const void *caller);

/// Makes backtrace(3) load what it needs, which allocates. From the constructor.
void prepare_stacks(void);
