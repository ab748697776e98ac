// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/stacks.h"

#include <dlfcn.h>
#include <unistd.h>

enum { kMostStack = 64 << 20 };

// The part of <unwind.h> that is needed (Itanium C++ ABI, level 1), from the library that the
// daemon's exceptions go through.
typedef int (*Visit)(void *context, void *data);
static int (*walk)(Visit visit, void *data);
static uintptr_t (*address_of)(void *context);
static uintptr_t (*frame_of)(void *context);  // The stack pointer once the call has returned.

static uintptr_t main_stack_end;

static int count_frame(void *context, void *data) {
  ++*(int *)data;
  return context == NULL;
}

void prepare_stacks(void) {
  main_stack_end = (uintptr_t)environ;  // Not yet moved by setenv(3).
  void *library = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  *(void **)&address_of = dlsym(library, "_Unwind_GetIP");
  *(void **)&frame_of = dlsym(library, "_Unwind_GetCFA");
  *(void **)&walk = dlsym(library, "_Unwind_Backtrace");
  int frames = 0;
  if (address_of == NULL || frame_of == NULL) walk = NULL;
  if (walk != NULL) walk(count_frame, &frames);
}

// glibc puts a thread's own block atop its stack. Coroutines have other stacks: none of it is
// known.
static uintptr_t stack_end(uintptr_t here) {
  const uintptr_t thread_block = (uintptr_t)pthread_self();
  if (thread_block > here && thread_block - here < kMostStack) return thread_block;
  return main_stack_end > here && main_stack_end - here < kMostStack ? main_stack_end : here;
}

struct Walk {
  struct WatertightAgentStack *stack;
  struct StackPlace *place;
  uintptr_t caller;
};

static int visit(void *context, void *data) {
  struct Walk *state = data;
  const uintptr_t address = address_of(context);
  const uint64_t depth = state->stack->depth;
  if (address == 0 || depth == kWatertightAgentFrames) return 1;
  if (depth == 0 && address != state->caller) return 0;  // Still within the agent.
  state->stack->frames[depth] = address;
  state->place->returns[depth] = (const uintptr_t *)frame_of(context) - 1;
  state->stack->depth = depth + 1;
  return 0;
}

// On x86-64 a return address lies just below where the stack pointer is once the call has returned.
static int can_tell_again(const struct WatertightAgentStack *stack,
                          const struct StackPlace *place) {
  for (uint64_t i = 0; i < stack->depth; ++i)
    if (*place->returns[i] != stack->frames[i]) return 0;
  return 1;
}

void take_stack(struct WatertightAgentStack *stack, struct StackPlace *place, const void *caller) {
  stack->depth = place->depth = 0;
  struct Walk state = {stack, place, (uintptr_t)caller};
  if (walk != NULL) walk(visit, &state);
#if defined(__x86_64__)
  const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  const uint64_t depth = stack->depth;
  if (depth > 0 && (uintptr_t)place->returns[depth - 1] < stack_end(here) &&
      can_tell_again(stack, place))
    place->depth = depth;
#endif
  if (stack->depth == 0) {
    stack->frames[0] = (uintptr_t)caller;
    stack->depth = 1;
  }
}

int is_still_there(const struct WatertightAgentStack *stack, const struct StackPlace *place,
                   const void *caller) {
  if (place->depth == 0 || stack->frames[0] != (uintptr_t)caller) return 0;
  const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  const uintptr_t end = stack_end(here);
  for (uint64_t i = 0; i < place->depth; ++i) {
    const uintptr_t *where = place->returns[i];
    if ((uintptr_t)where <= here || (uintptr_t)where >= end || *where != stack->frames[i]) return 0;
  }
  return 1;
}
