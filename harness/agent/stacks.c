// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/stacks.h"

#include <execinfo.h>
#include <unistd.h>

enum {
  kOwnFrames = 8,       // Of hook and agent at most, above the caller.
  kEnoughAgreement = 8, // Stacks.
  kLibcFrames = 3,      // Which the outermost frames of libc are, that keep no frame pointer.
  kMostStack = 64 << 20,
};

static uintptr_t main_stack_end;
static int agreement;  // Stacks in a row; below 0: frame pointers do not hold.
static int is_prepared;

void prepare_stacks(void) {
  void *frames[4];
  main_stack_end = (uintptr_t)environ;  // Not yet moved by setenv(3).
  is_prepared = backtrace(frames, 4) > 0;
}

static uintptr_t stack_end(uintptr_t here) {
  const uintptr_t thread_block = (uintptr_t)pthread_self();  // glibc puts it atop a thread's stack.
  if (thread_block > here && thread_block - here < kMostStack) return thread_block;
  return main_stack_end > here && main_stack_end - here < kMostStack ? main_stack_end : here;
}

static uint64_t walk_frame_pointers(uint64_t *frames, const void *caller) {
  const uintptr_t *frame = __builtin_frame_address(0);
  const uintptr_t end = stack_end((uintptr_t)frame);
  uint64_t depth = 0;
  while (depth < kWatertightAgentFrames && (uintptr_t)(frame + 2) <= end &&
         (uintptr_t)frame % sizeof *frame == 0) {
    const uintptr_t *outer = (const uintptr_t *)frame[0];
    if (frame[1] == 0) break;
    if (depth > 0 || frame[1] == (uintptr_t)caller) frames[depth++] = frame[1];
    if (outer <= frame) break;
    frame = outer;
  }
  return depth;
}

static uint64_t walk_tables(uint64_t *frames, const void *caller) {
  void *all[kWatertightAgentFrames + kOwnFrames];
  const int count = is_prepared ? backtrace(all, kWatertightAgentFrames + kOwnFrames) : 0;
  int first = 0;
  while (first < count && all[first] != caller) ++first;
  uint64_t depth = 0;
  for (int i = first; i < count && depth < kWatertightAgentFrames; ++i)
    frames[depth++] = (uintptr_t)all[i];
  return depth;
}

static int agree(const struct WatertightAgentStack *frames, const struct WatertightAgentStack *tables) {
  if (frames->depth == 0 || frames->depth > tables->depth) return 0;
  for (uint64_t i = 0; i < frames->depth; ++i)
    if (frames->frames[i] != tables->frames[i]) return 0;
  return tables->depth - frames->depth <= kLibcFrames;
}

void take_stack(struct WatertightAgentStack *stack, const void *caller) {
  const int agreed = __atomic_load_n(&agreement, __ATOMIC_RELAXED);
  stack->depth = agreed >= 0 ? walk_frame_pointers(stack->frames, caller) : 0;
  if (agreed < kEnoughAgreement || stack->depth == 0) {
    struct WatertightAgentStack tables;
    tables.depth = walk_tables(tables.frames, caller);
    const int holds = agree(stack, &tables);
    __atomic_store_n(&agreement, agreed >= 0 && holds ? agreed + 1 : -1, __ATOMIC_RELAXED);
    if (!holds && tables.depth != 0) *stack = tables;
  }
  if (stack->depth == 0) {
    stack->frames[0] = (uintptr_t)caller;
    stack->depth = 1;
  }
}
