// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/slot.h"

/// Counts a descriptor that a call has just given (below 0: it gave none), and gives it back. What
/// had its number before was closed unseen (by libc within, or by a raw syscall), and is uncounted.
int note_descriptor(int fd, const void *caller);

/// Uncounts a descriptor that is about to be closed; gives back its site, 0 where it was not
/// counted. Before the call: as soon as it is closed, another thread may get the same number.
uint32_t forget_descriptor(int fd);

/// Uncounts from `first` to `last`.
void forget_descriptors(unsigned first, unsigned last);

/// In a forked child: counts those that its parent had open.
void inherit_descriptors(void);
