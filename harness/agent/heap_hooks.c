// SPDX-License-Identifier: Apache-2.0
//
// malloc and its family. What libc's own functions allocate (strdup, getline, …) comes through here
// as well: glibc calls malloc by way of the symbol.
#define _GNU_SOURCE
#include "agent/heap_hooks.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>

#pragma GCC visibility push(default)

// dlsym() allocates while `next` is looked up. Such blocks are few, small, and never given back.
static alignas(16) char early_heap[32768];
static size_t early_used;

static void *allocate_early(size_t bytes) {
  const size_t rounded = (bytes + 31) & ~(size_t)15;  // The size stands before the block.
  const size_t start = __atomic_fetch_add(&early_used, rounded, __ATOMIC_RELAXED);
  if (bytes > sizeof early_heap || start + rounded > sizeof early_heap) {
    errno = ENOMEM;
    return NULL;
  }
  *(size_t *)(early_heap + start) = bytes;
  return early_heap + start + 16;
}

static int is_early(const void *block) {
  return (uintptr_t)block - (uintptr_t)early_heap < sizeof early_heap;
}
static size_t early_size(const void *block) { return *(const size_t *)((const char *)block - 16); }

// Out of the way of the others.
static __attribute__((noinline, cold)) void *allocate_at_start(size_t bytes, const void *caller) {
  start_agent();
  if (next.malloc == NULL) return allocate_early(bytes);
  return note_block(next.malloc(bytes), bytes, caller);
}

void *malloc(size_t bytes) {
  if (WATERTIGHT_UNLIKELY(next.malloc == NULL))
    return allocate_at_start(bytes, __builtin_return_address(0));
  void *block = next.malloc(bytes);
  return note_block(block, bytes, __builtin_return_address(0));
}

void *calloc(size_t count, size_t bytes) {
  WATERTIGHT_ENSURE_STARTED();
  if (WATERTIGHT_UNLIKELY(next.calloc == NULL)) return allocate_early(count * bytes);
  return note_block(next.calloc(count, bytes), count * bytes, __builtin_return_address(0));
}

void free(void *block) {
  if (WATERTIGHT_UNLIKELY(is_early(block))) return;
  if (may_count(block_hash(block))) {
    free_made(block);
  } else {
    next.free(block);  // There is one: until there is, all may be counted.
  }
}

static void *reallocate_early(void *block, size_t bytes, const void *caller) {
  void *moved =
      next.malloc == NULL ? allocate_early(bytes) : note_block(next.malloc(bytes), bytes, caller);
  const size_t had = early_size(block);
  if (moved != NULL) memcpy(moved, block, had < bytes ? had : bytes);
  return moved;
}

static void *reallocate(void *block, size_t bytes, const void *caller) {
  WATERTIGHT_ENSURE_STARTED();
  if (WATERTIGHT_UNLIKELY(is_early(block))) return reallocate_early(block, bytes, caller);
  if (WATERTIGHT_UNLIKELY(next.realloc == NULL)) return allocate_early(bytes);
  // Before the call: as soon as it is free, another thread may get the same address.
  const struct Block old = forget_block(block);
  void *moved = next.realloc(block, bytes);
  if (moved == NULL && bytes != 0 && old.site != 0) {
    if (is_counting()) add_block(block, old.bytes, old.site);
    return NULL;
  }
  return note_block(moved, bytes, caller);
}

void *realloc(void *block, size_t bytes) {
  return reallocate(block, bytes, __builtin_return_address(0));
}

void *reallocarray(void *block, size_t count, size_t bytes) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return reallocate(block, total, __builtin_return_address(0));
}

int posix_memalign(void **block, size_t alignment, size_t bytes) {
  WATERTIGHT_ENSURE_STARTED();
  if (WATERTIGHT_UNLIKELY(next.posix_memalign == NULL)) return ENOMEM;
  const int error = next.posix_memalign(block, alignment, bytes);
  note_block(error == 0 ? *block : NULL, bytes, __builtin_return_address(0));
  return error;
}

#define WATERTIGHT_ALIGNED(name, parameters, arguments)                         \
  void *name parameters {                                                       \
    WATERTIGHT_ENSURE_STARTED();                                                \
    if (WATERTIGHT_UNLIKELY(next.name == NULL)) {                               \
      errno = ENOMEM;                                                           \
      return NULL;                                                              \
    }                                                                           \
    return note_block(next.name arguments, bytes, __builtin_return_address(0)); \
  }
WATERTIGHT_ALIGNED(aligned_alloc, (size_t alignment, size_t bytes), (alignment, bytes))
WATERTIGHT_ALIGNED(memalign, (size_t alignment, size_t bytes), (alignment, bytes))
WATERTIGHT_ALIGNED(valloc, (size_t bytes), (bytes))
WATERTIGHT_ALIGNED(pvalloc, (size_t bytes), (bytes))

size_t malloc_usable_size(void *block) {
  WATERTIGHT_ENSURE_STARTED();
  if (WATERTIGHT_UNLIKELY(is_early(block))) return early_size(block);
  return next.malloc_usable_size == NULL ? 0 : next.malloc_usable_size(block);
}

#pragma GCC visibility pop
