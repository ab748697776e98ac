// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/stripes.h"

#include <pthread.h>

// Of a higher key pthread_setspecific(3) would have to allocate.
enum { kMostKeys = 32 };

static pthread_key_t end_of_thread;
static int can_tell_ends;
static uint32_t taken = 1;  // A bit for each stripe; the first belongs to nobody.

// From now on, in destructors that come after this one, the thread shares.
static void give_back(void *unused) {
  (void)unused;
  const uint32_t stripe = self.stripe;
  self.counters = NULL;
  self.shares_stripe = 1;
  __atomic_fetch_and(&taken, ~(1u << stripe), __ATOMIC_RELEASE);
}

void prepare_stripes(void) {
  can_tell_ends = pthread_key_create(&end_of_thread, give_back) == 0 && end_of_thread < kMostKeys;
}

static int take_stripe(void) {
  uint32_t before = __atomic_load_n(&taken, __ATOMIC_RELAXED);
  uint32_t stripe = 0;
  do {
    if ((uint16_t)~before == 0) return 0;
    stripe = (uint32_t)__builtin_ctz(~before);
  } while (!__atomic_compare_exchange_n(&taken, &before, before | 1u << stripe, 1, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED));
  self.stripe = stripe;
  self.counters = slot->counters[stripe];
  return 1;
}

void count_in_any_stripe(uint32_t site, int64_t things, int64_t bytes) {
  if (!self.shares_stripe && can_tell_ends && take_stripe()) {
    pthread_setspecific(end_of_thread, &self);
    count_block(site, things, bytes);
    return;
  }
  self.shares_stripe = 1;
  count(site, things, bytes);
}

void inherit_stripe(void) {
  if (self.counters == NULL) {
    __atomic_store_n(&taken, 1, __ATOMIC_RELAXED);
    return;
  }
  __atomic_store_n(&taken, 1 | 1u << self.stripe, __ATOMIC_RELAXED);
  self.counters = slot->counters[self.stripe];
}
_Static_assert(kWatertightAgentStripes == 16, "each stripe has a bit of 16");
