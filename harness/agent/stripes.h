// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The heap's counters. A thread counts in a stripe of its own, where no other writes and no
/// instruction needs to lock the bus; those that find none left share the first.

#include "agent/slot.h"

/// Gives the present thread a stripe where it has none yet and one is free; counts.
void count_in_any_stripe(uint32_t site, int64_t things, int64_t bytes);

/// Lets stripes go when their threads end. Once, at the start.
void prepare_stripes(void);

/// In a forked child: only the present thread is left, and its slot is another one.
void inherit_stripe(void);

// One instruction, so that a signal handler, which may count as well, does not come between.
static inline void add_to(int64_t *counter, int64_t number) {
#if defined(__x86_64__)
  __asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(number) : "cc");
#else
  __atomic_fetch_add(counter, number, __ATOMIC_RELAXED);
#endif
}

/// Adds to a counter of a stripe that is the present thread's own.
static inline void count_alone(struct WatertightAgentCounter *counter, int64_t things,
                               int64_t bytes) {
  add_to(&counter->bytes, bytes);
  add_to(&counter->count, things);
}

/// Adds to what is live of a site.
static inline void count_block(uint32_t site, int64_t things, int64_t bytes) {
  if (WATERTIGHT_UNLIKELY(self.counters == NULL)) {
    count_in_any_stripe(site, things, bytes);
  } else {
    count_alone(&self.counters[site], things, bytes);
  }
}
