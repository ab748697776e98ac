// SPDX-License-Identifier: Apache-2.0
//
// Mappings that a daemon, or its allocator, makes by way of the symbols; libc's own are its
// malloc's and its threads' stacks, which are counted as what they are for.
#define _GNU_SOURCE
#include "agent/handles.h"

#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t whole_pages(uint64_t bytes) {
  return (bytes + kWatertightAgentPage - 1) & ~(uint64_t)(kWatertightAgentPage - 1);
}

static void *note_mapping(void *memory, size_t bytes, int flags, const void *caller) {
  if (memory == MAP_FAILED || !is_counting()) return memory;
  if ((flags & MAP_FIXED) != 0) remove_mappings((uintptr_t)memory, whole_pages(bytes));
  add_handle(kWatertightAgentMapping, (uintptr_t)memory, whole_pages(bytes), caller);
  return memory;
}

#pragma GCC visibility push(default)

// While `next` is looked up, an allocator may already map its first memory.
#define WATERTIGHT_MMAP(name, offset_type)                                                         \
  void *name(void *address, size_t bytes, int protection, int flags, int fd, offset_type offset) { \
    WATERTIGHT_ENSURE_STARTED();                                                                   \
    if (WATERTIGHT_UNLIKELY(next.name == NULL))                                                    \
      return (void *)syscall(SYS_mmap, address, bytes, protection, flags, fd, offset);             \
    return note_mapping(next.name(address, bytes, protection, flags, fd, offset), bytes, flags,    \
                        __builtin_return_address(0));                                              \
  }
WATERTIGHT_MMAP(mmap, off_t)
WATERTIGHT_MMAP(mmap64, off64_t)

// Before the call: as soon as it is unmapped, another thread may get the same address.
int munmap(void *address, size_t bytes) {
  WATERTIGHT_ENSURE_STARTED();
  if (WATERTIGHT_UNLIKELY(next.munmap == NULL)) return (int)syscall(SYS_munmap, address, bytes);
  if ((uintptr_t)address % kWatertightAgentPage == 0 && bytes != 0 && is_counting())
    remove_mappings((uintptr_t)address, whole_pages(bytes));
  return next.munmap(address, bytes);
}

void *mremap(void *address, size_t old_bytes, size_t bytes, int flags, ...) {
  WATERTIGHT_ENSURE_STARTED();
  va_list more;
  va_start(more, flags);
  void *target = va_arg(more, void *);
  va_end(more);
  if (WATERTIGHT_UNLIKELY(next.mremap == NULL))
    return (void *)syscall(SYS_mremap, address, old_bytes, bytes, flags, target);
  void *memory = next.mremap(address, old_bytes, bytes, flags, target);
  if (memory == MAP_FAILED || !is_counting()) return memory;
  remove_mappings((uintptr_t)address, whole_pages(old_bytes));
  return note_mapping(memory, bytes, (flags & MREMAP_FIXED) != 0 ? MAP_FIXED : 0,
                      __builtin_return_address(0));
}

#pragma GCC visibility pop
