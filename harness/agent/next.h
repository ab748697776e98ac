// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The next definition in link order of each function that the agent defines again: libc's,
/// or that of jemalloc, tcmalloc or another preloaded library.

#include <dirent.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

// X(type, name, (parameters)) for each.
#define WATERTIGHT_NEXT_HEAP(X)                                                 \
  X(void *, malloc, (size_t))                                                   \
  X(void *, calloc, (size_t, size_t))                                           \
  X(void *, realloc, (void *, size_t))                                          \
  X(void, free, (void *))                                                       \
  X(int, posix_memalign, (void **, size_t, size_t))                             \
  X(void *, aligned_alloc, (size_t, size_t))                                    \
  X(void *, memalign, (size_t, size_t))                                         \
  X(void *, valloc, (size_t))                                                   \
  X(void *, pvalloc, (size_t))                                                  \
  X(size_t, malloc_usable_size, (void *))                                       \
  X(void *, _Znwm, (size_t))                                                    \
  X(void *, _Znam, (size_t))                                                    \
  X(void *, _ZnwmRKSt9nothrow_t, (size_t, const void *))                        \
  X(void *, _ZnamRKSt9nothrow_t, (size_t, const void *))                        \
  X(void *, _ZnwmSt11align_val_t, (size_t, size_t))                             \
  X(void *, _ZnamSt11align_val_t, (size_t, size_t))                             \
  X(void *, _ZnwmSt11align_val_tRKSt9nothrow_t, (size_t, size_t, const void *)) \
  X(void *, _ZnamSt11align_val_tRKSt9nothrow_t, (size_t, size_t, const void *)) \
  X(void, _ZdlPv, (void *))                                                     \
  X(void, _ZdaPv, (void *))                                                     \
  X(void, _ZdlPvm, (void *, size_t))                                            \
  X(void, _ZdaPvm, (void *, size_t))                                            \
  X(void, _ZdlPvRKSt9nothrow_t, (void *, const void *))                         \
  X(void, _ZdaPvRKSt9nothrow_t, (void *, const void *))                         \
  X(void, _ZdlPvSt11align_val_t, (void *, size_t))                              \
  X(void, _ZdaPvSt11align_val_t, (void *, size_t))                              \
  X(void, _ZdlPvmSt11align_val_t, (void *, size_t, size_t))                     \
  X(void, _ZdaPvmSt11align_val_t, (void *, size_t, size_t))                     \
  X(void, _ZdlPvSt11align_val_tRKSt9nothrow_t, (void *, size_t, const void *))  \
  X(void, _ZdaPvSt11align_val_tRKSt9nothrow_t, (void *, size_t, const void *))

#define WATERTIGHT_NEXT_DESCRIPTORS(X)                                        \
  X(int, open, (const char *, int, ...))                                      \
  X(int, open64, (const char *, int, ...))                                    \
  X(int, openat, (int, const char *, int, ...))                               \
  X(int, openat64, (int, const char *, int, ...))                             \
  X(int, __open_2, (const char *, int))                                       \
  X(int, __open64_2, (const char *, int))                                     \
  X(int, __openat_2, (int, const char *, int))                                \
  X(int, __openat64_2, (int, const char *, int))                              \
  X(int, creat, (const char *, mode_t))                                       \
  X(int, creat64, (const char *, mode_t))                                     \
  X(FILE *, fopen, (const char *, const char *))                              \
  X(FILE *, fopen64, (const char *, const char *))                            \
  X(FILE *, freopen, (const char *, const char *, FILE *))                    \
  X(FILE *, freopen64, (const char *, const char *, FILE *))                  \
  X(FILE *, tmpfile, (void))                                                  \
  X(FILE *, tmpfile64, (void))                                                \
  X(FILE *, popen, (const char *, const char *))                              \
  X(int, pclose, (FILE *))                                                    \
  X(int, fclose, (FILE *))                                                    \
  X(DIR *, opendir, (const char *))                                           \
  X(int, closedir, (DIR *))                                                   \
  X(int, socket, (int, int, int))                                             \
  X(int, socketpair, (int, int, int, int *))                                  \
  X(int, accept, (int, __SOCKADDR_ARG, socklen_t *))                          \
  X(int, accept4, (int, __SOCKADDR_ARG, socklen_t *, int))                    \
  X(int, dup, (int))                                                          \
  X(int, dup2, (int, int))                                                    \
  X(int, dup3, (int, int, int))                                               \
  X(int, fcntl, (int, int, ...))                                              \
  X(int, fcntl64, (int, int, ...))                                            \
  X(int, pipe, (int *))                                                       \
  X(int, pipe2, (int *, int))                                                 \
  X(int, epoll_create, (int))                                                 \
  X(int, epoll_create1, (int))                                                \
  X(int, eventfd, (unsigned, int))                                            \
  X(int, timerfd_create, (int, int))                                          \
  X(int, signalfd, (int, const sigset_t *, int))                              \
  X(int, inotify_init, (void))                                                \
  X(int, inotify_init1, (int))                                                \
  X(int, fanotify_init, (unsigned, unsigned))                                 \
  X(int, memfd_create, (const char *, unsigned))                              \
  X(int, pidfd_open, (pid_t, unsigned))                                       \
  X(int, shm_open, (const char *, int, mode_t))                               \
  X(int, posix_openpt, (int))                                                 \
  X(ssize_t, recvmsg, (int, struct msghdr *, int))                            \
  X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *)) \
  X(int, close, (int))                                                        \
  X(int, close_range, (unsigned, unsigned, int))                              \
  X(void, closefrom, (int))

#define WATERTIGHT_NEXT_FILES(X)                           \
  X(int, mkstemp, (char *))                                \
  X(int, mkstemp64, (char *))                              \
  X(int, mkostemp, (char *, int))                          \
  X(int, mkostemp64, (char *, int))                        \
  X(int, mkstemps, (char *, int))                          \
  X(int, mkstemps64, (char *, int))                        \
  X(int, mkostemps, (char *, int, int))                    \
  X(int, mkostemps64, (char *, int, int))                  \
  X(char *, mkdtemp, (char *))                             \
  X(int, unlink, (const char *))                           \
  X(int, unlinkat, (int, const char *, int))               \
  X(int, rmdir, (const char *))                            \
  X(int, remove, (const char *))                           \
  X(int, rename, (const char *, const char *))             \
  X(int, renameat, (int, const char *, int, const char *)) \
  X(int, renameat2, (int, const char *, int, const char *, unsigned))

#define WATERTIGHT_NEXT_PROCESSES(X)                                                       \
  X(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)) \
  X(int, pthread_join, (pthread_t, void **))                                               \
  X(int, pthread_tryjoin_np, (pthread_t, void **))                                         \
  X(int, pthread_timedjoin_np, (pthread_t, void **, const struct timespec *))              \
  X(int, pthread_clockjoin_np, (pthread_t, void **, clockid_t, const struct timespec *))   \
  X(int, pthread_detach, (pthread_t))                                                      \
  X(pid_t, fork, (void))                                                                   \
  X(pid_t, _Fork, (void))                                                                  \
  X(pid_t, vfork, (void))                                                                  \
  X(int, posix_spawn,                                                                      \
    (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, \
     char *const *, char *const *))                                                        \
  X(int, posix_spawnp,                                                                     \
    (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, \
     char *const *, char *const *))                                                        \
  X(pid_t, wait, (int *))                                                                  \
  X(pid_t, waitpid, (pid_t, int *, int))                                                   \
  X(pid_t, wait3, (int *, int, struct rusage *))                                           \
  X(pid_t, wait4, (pid_t, int *, int, struct rusage *))                                    \
  X(int, waitid, (idtype_t, id_t, siginfo_t *, int))

#define WATERTIGHT_NEXT_MAPPINGS(X)                           \
  X(void *, mmap, (void *, size_t, int, int, int, off_t))     \
  X(void *, mmap64, (void *, size_t, int, int, int, off64_t)) \
  X(void *, mremap, (void *, size_t, size_t, int, ...))       \
  X(int, munmap, (void *, size_t))

#define WATERTIGHT_NEXT(X)       \
  WATERTIGHT_NEXT_HEAP(X)        \
  WATERTIGHT_NEXT_DESCRIPTORS(X) \
  WATERTIGHT_NEXT_FILES(X)       \
  WATERTIGHT_NEXT_PROCESSES(X)   \
  WATERTIGHT_NEXT_MAPPINGS(X)

struct Next {
#define WATERTIGHT_MEMBER(type, name, parameters) type(*name) parameters;
  WATERTIGHT_NEXT(WATERTIGHT_MEMBER)
#undef WATERTIGHT_MEMBER
};

/// NULL where no library has such a function, and before start_agent().
extern struct Next next;

/// Finds all of `next` and joins the area that the environment names. Called by the constructor,
/// and earlier by the first hook that runs: other libraries' constructors, and the loader itself,
/// allocate before ours has its turn. Returns at once when it was done, or is under way.
void start_agent(void);

/// True once `next` can be called.
static inline int is_started(void) { return next.free != NULL; }

#define WATERTIGHT_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define WATERTIGHT_ENSURE_STARTED()                        \
  do {                                                     \
    if (WATERTIGHT_UNLIKELY(!is_started())) start_agent(); \
  } while (0)
