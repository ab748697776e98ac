// SPDX-License-Identifier: Apache-2.0
//
// Threads that are neither joined nor detached, whether they still run or not: each keeps its stack
// until it is joined.
#define _GNU_SOURCE
#include "agent/handles.h"

#include <errno.h>

static int is_born_detached(const pthread_attr_t *attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != NULL) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

static struct Handle forget_thread(pthread_t thread) {
  return is_counting_process() ? remove_handle(kWatertightAgentThread, (uint64_t)thread)
                               : (struct Handle){0};
}

static int restore_unless(int error, struct Handle removed) {
  if (error != 0 && removed.site != 0) restore_handle(kWatertightAgentThread, removed);
  return error;
}

#pragma GCC visibility push(default)

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument) {
  WATERTIGHT_ENSURE_STARTED();
  const void *caller = __builtin_return_address(0);
  if (!is_counting_process() || is_born_detached(attributes))
    return next.pthread_create(thread, attributes, run, argument);
  begin_handle(kWatertightAgentThread);
  const int error = next.pthread_create(thread, attributes, run, argument);
  if (error == 0) add_handle(kWatertightAgentThread, (uint64_t)*thread, 0, caller);
  end_handle(kWatertightAgentThread);
  return error;
}

// Before each call: once a thread is joined, another may get its pthread_t.
#define WATERTIGHT_JOINS(name, parameters, arguments)    \
  int name parameters {                                  \
    WATERTIGHT_ENSURE_STARTED();                         \
    const struct Handle removed = forget_thread(thread); \
    return restore_unless(next.name arguments, removed); \
  }
WATERTIGHT_JOINS(pthread_join, (pthread_t thread, void **result), (thread, result))
WATERTIGHT_JOINS(pthread_tryjoin_np, (pthread_t thread, void **result), (thread, result))
WATERTIGHT_JOINS(pthread_timedjoin_np,
                 (pthread_t thread, void **result, const struct timespec *until),
                 (thread, result, until))
WATERTIGHT_JOINS(pthread_clockjoin_np,
                 (pthread_t thread, void **result, clockid_t clock, const struct timespec *until),
                 (thread, result, clock, until))
WATERTIGHT_JOINS(pthread_detach, (pthread_t thread), (thread))

#pragma GCC visibility pop
