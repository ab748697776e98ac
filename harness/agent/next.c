// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/next.h"

#include "agent/blocks.h"
#include "agent/slot.h"
#include "agent/stacks.h"

#include <dlfcn.h>
#include <errno.h>

struct Next next;

static void find_next(void) {
  struct Next found;
#define WATERTIGHT_FIND(type, name, parameters) *(void **)&found.name = dlsym(RTLD_NEXT, #name);
  WATERTIGHT_NEXT(WATERTIGHT_FIND)
#undef WATERTIGHT_FIND
  next = found;
}

void start_agent(void) {
  static int is_starting;
  if (__atomic_exchange_n(&is_starting, 1, __ATOMIC_ACQ_REL)) return;
  const int saved_errno = errno;
  count_nothing_yet();
  find_next();
  prepare_blocks();
  open_area();
  errno = saved_errno;
}

__attribute__((constructor)) static void construct(void) {
  start_agent();
  if (is_counting()) prepare_stacks();
}
