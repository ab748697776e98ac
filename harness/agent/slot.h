// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The slot of this process in the shared area, its counters, and the locks that guard what
/// the agent keeps for itself.

#include "agent/next.h"
#include "agent_abi/agent.h"

#include <sys/single_threaded.h>

/// What a thread is at. Initial-exec, so that reaching it never allocates.
struct ThreadState {
  uint32_t *held;  ///< The lock that this thread holds, or is about to.
  /// A stripe that only this thread counts in, and its number; NULL: none. See stripes.h.
  struct WatertightAgentCounter *counters;
  uint32_t stripe;
  int shares_stripe;       ///< There was none left for it.
  const void *new_caller;  ///< Who called operator new, for the malloc that it may call.
  size_t new_bytes;        ///< What it was asked for.
  const void *deleted;     ///< What operator delete has uncounted, for the free that it may call.
  int vfork_depth;         ///< Above 0: this is a vfork child, in its parent's memory.
  void *vfork_returns[8];
};
extern _Thread_local struct ThreadState self __attribute__((tls_model("initial-exec")));

extern struct WatertightAgentSlot *slot;

/// What the area asked for when it was opened; see struct WatertightAgentArea.
extern uint32_t stack_kinds;

/// Whether this process counts. Lies on a page that the kernel wipes in a forked child, however it
/// was forked (MADV_WIPEONFORK), so that none counts in the slot of its parent.
struct Membership {
  uint64_t skipped_below;  ///< No block is counted whose hash's low half is; see may_count().
  uint32_t state;
} __attribute__((aligned(kWatertightAgentPage)));
enum { kWiped, kJoining, kCounting, kOff };
extern struct Membership membership;

/// In a forked child: whether another thread of its parent held a lock when it forked; and frees
/// it.
int was_held_at_fork(const uint32_t *lock);
void forget_lock(uint32_t *lock);

/// Joins the area; true where this process counts from now on. A forked child takes over what its
/// parent held.
int join_area(void);

/// Maps the area that the environment names, where it is one, and counts from then on. Once, at
/// the start; until then nothing is counted.
void count_nothing_yet(void);
void open_area(void);

/// Whether this process counts, without joining.
static inline int counts_now(void) {
  return __atomic_load_n(&membership.state, __ATOMIC_ACQUIRE) == kCounting;
}

/// Whether it counts; a forked child joins.
static inline int is_counting(void) {
  const uint32_t state = __atomic_load_n(&membership.state, __ATOMIC_ACQUIRE);
  return __builtin_expect(state == kCounting, 1) || (state == kWiped && join_area());
}

/// The same for what belongs to a process rather than to its memory: a vfork child closes and opens
/// descriptors of its own.
static inline int is_counting_process(void) { return self.vfork_depth == 0 && is_counting(); }

/// False for a block of which nothing is to be noted; one comparison, and true wherever it cannot
/// know. One block of 2^sample_shift is told by its hash, which is one of its address, so that no
/// free has to look it up; addresses of live blocks differ, so each stands for as many others.
static inline int may_count(uint64_t hash) {
  return (uint32_t)hash >= __atomic_load_n(&membership.skipped_below, __ATOMIC_ACQUIRE);
}

static inline void note_missed(void) { __atomic_fetch_add(&slot->missed, 1, __ATOMIC_RELAXED); }
static inline void note_missed_block(void) {
  __atomic_fetch_add(&slot->missed_blocks, 1, __ATOMIC_RELAXED);
}

/// No lock is held while another is waited for, nor over a fork: libc waits for its own locks then,
/// and a thread that has one of those may have been interrupted by a handler that waits for ours.
/// So what the locks guard is changed in an order that a forked child can mend.
enum { kSiteLock, kHandleLocks, kLockCount = kHandleLocks + kWatertightAgentKinds };
struct Lock {
  uint32_t word;
} __attribute__((aligned(64)));
extern struct Lock locks[kLockCount];

/// Waits for a lock that is taken; gives up (0) after some 10 s, so that nothing that a daemon does
/// in signal handlers or with priorities can hang it for good.
int wait_for_lock(uint32_t *lock);

/// Blocks every signal for this thread, and gives what was blocked before.
uint64_t block_signals(void);
void restore_signals(uint64_t blocked);

/// A lock with signals blocked, for what takes a syscall anyway: what a signal handler may call
/// (fork, wait, open, unlink) is counted even where it interrupted a hook.
struct Guarded {
  uint32_t *lock;  ///< NULL: not taken, nothing is counted.
  uint32_t *held_before;
  uint64_t blocked_before;
};
struct Guarded take_guarded(uint32_t *lock);
void drop_guarded(struct Guarded guarded);

/// Takes a lock; 0 where this thread holds one already (it is in a signal handler that interrupted
/// a hook) or it cannot be had.
static inline int take_lock(uint32_t *lock) {
  if (WATERTIGHT_UNLIKELY(self.held != NULL)) return 0;
  self.held = lock;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  if (__libc_single_threaded) return 1;
  if (__builtin_expect(__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0, 1)) return 1;
  if (wait_for_lock(lock)) return 1;
  self.held = NULL;
  return 0;
}

static inline void drop_lock(uint32_t *lock) {
  __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  self.held = NULL;
}

/// Adds to what is live of a site, in the stripe that all share.
static inline void count(uint32_t site, int64_t things, int64_t bytes) {
  struct WatertightAgentCounter *counter = &slot->counters[0][site];
  __atomic_fetch_add(&counter->count, things, __ATOMIC_RELAXED);
  if (bytes != 0) __atomic_fetch_add(&counter->bytes, bytes, __ATOMIC_RELAXED);
}
