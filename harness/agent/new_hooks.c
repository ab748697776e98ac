// SPDX-License-Identifier: Apache-2.0
//
// operator new and delete in all their forms, by their mangled names (Itanium C++ ABI).
//
// libstdc++ asks malloc for the memory, jemalloc and tcmalloc do not. So the caller waits in
// `self.new_caller` for the malloc; where none came, the block is counted here. The forms of
// libstdc++ call each other by way of the symbols, so the outermost is the one that counts. A
// program's own operators come before ours in link order, and are counted by the malloc that they
// call.
#define _GNU_SOURCE
#include "agent/heap_hooks.h"

#include <dlfcn.h>
#include <stdlib.h>

#pragma GCC visibility push(default)

// In a C program that loads a C++ library with RTLD_LOCAL, the library's calls come here, but
// libstdc++ is not in our link order.
static void *find_in_cxx_library(const char *name) {
  static const char *const kLibraries[] = {"libstdc++.so.6", "libc++.so.1"};
  for (size_t i = 0; i < sizeof kLibraries / sizeof kLibraries[0]; ++i) {
    void *library = dlopen(kLibraries[i], RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    if (library == NULL) continue;
    void *found = dlsym(library, name);
    dlclose(library);
    if (found != NULL) return found;
  }
  abort();  // Called by what is linked with neither, and nobody can make it a bad_alloc.
}

#define WATERTIGHT_FIND_LATE(name)                                                                 \
  do {                                                                                             \
    WATERTIGHT_ENSURE_STARTED();                                                                   \
    if (WATERTIGHT_UNLIKELY(next.name == NULL)) *(void **)&next.name = find_in_cxx_library(#name); \
  } while (0)

#define WATERTIGHT_NEW(name, parameters, arguments)                     \
  void *name parameters {                                               \
    const void *caller = __builtin_return_address(0);                   \
    WATERTIGHT_FIND_LATE(name);                                         \
    const int is_outermost = self.new_caller == NULL;                   \
    if (is_outermost) {                                                 \
      self.new_caller = caller;                                         \
      self.new_bytes = bytes;                                           \
    }                                                                   \
    void *block = next.name arguments;                                  \
    if (WATERTIGHT_UNLIKELY(is_outermost && self.new_caller != NULL)) { \
      self.new_caller = NULL;                                           \
      note_block(block, bytes, caller);                                 \
    }                                                                   \
    return block;                                                       \
  }
WATERTIGHT_NEW(_Znwm, (size_t bytes), (bytes))
WATERTIGHT_NEW(_Znam, (size_t bytes), (bytes))
WATERTIGHT_NEW(_ZnwmRKSt9nothrow_t, (size_t bytes, const void *tag), (bytes, tag))
WATERTIGHT_NEW(_ZnamRKSt9nothrow_t, (size_t bytes, const void *tag), (bytes, tag))
WATERTIGHT_NEW(_ZnwmSt11align_val_t, (size_t bytes, size_t alignment), (bytes, alignment))
WATERTIGHT_NEW(_ZnamSt11align_val_t, (size_t bytes, size_t alignment), (bytes, alignment))
WATERTIGHT_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t,
               (size_t bytes, size_t alignment, const void *tag), (bytes, alignment, tag))
WATERTIGHT_NEW(_ZnamSt11align_val_tRKSt9nothrow_t,
               (size_t bytes, size_t alignment, const void *tag), (bytes, alignment, tag))

#define WATERTIGHT_DELETE(name, parameters, arguments) \
  void name parameters {                               \
    WATERTIGHT_FIND_LATE(name);                        \
    forget_block(block);                               \
    self.deleted = block;                              \
    next.name arguments;                               \
    self.deleted = NULL;                               \
  }
WATERTIGHT_DELETE(_ZdlPv, (void *block), (block))
WATERTIGHT_DELETE(_ZdaPv, (void *block), (block))
WATERTIGHT_DELETE(_ZdlPvm, (void *block, size_t bytes), (block, bytes))
WATERTIGHT_DELETE(_ZdaPvm, (void *block, size_t bytes), (block, bytes))
WATERTIGHT_DELETE(_ZdlPvRKSt9nothrow_t, (void *block, const void *tag), (block, tag))
WATERTIGHT_DELETE(_ZdaPvRKSt9nothrow_t, (void *block, const void *tag), (block, tag))
WATERTIGHT_DELETE(_ZdlPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))
WATERTIGHT_DELETE(_ZdaPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))
WATERTIGHT_DELETE(_ZdlPvmSt11align_val_t, (void *block, size_t bytes, size_t alignment),
                  (block, bytes, alignment))
WATERTIGHT_DELETE(_ZdaPvmSt11align_val_t, (void *block, size_t bytes, size_t alignment),
                  (block, bytes, alignment))
WATERTIGHT_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t,
                  (void *block, size_t alignment, const void *tag), (block, alignment, tag))
WATERTIGHT_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t,
                  (void *block, size_t alignment, const void *tag), (block, alignment, tag))

#pragma GCC visibility pop
