// SPDX-License-Identifier: Apache-2.0
//
// What opens and closes descriptors. libc's functions that open and close for themselves (fopen,
// opendir, …) do not come by way of the symbols, so each has its hook.
#define _GNU_SOURCE
#include "agent/descriptors.h"
#include "agent/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#pragma GCC visibility push(default)

#define CALLER __builtin_return_address(0)

static int has_mode(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static int note_opened(int fd, int makes_file, const void *caller) {
  if (makes_file && fd >= 0) note_file(fd, caller);
  return note_descriptor(fd, caller);
}

#define WATERTIGHT_OPEN(name, directory, parameters, arguments, arguments_with_mode) \
  int name parameters {                                                              \
    WATERTIGHT_ENSURE_STARTED();                                                     \
    mode_t mode = 0;                                                                 \
    if (has_mode(flags)) {                                                           \
      va_list more;                                                                  \
      va_start(more, flags);                                                         \
      mode = va_arg(more, mode_t);                                                   \
      va_end(more);                                                                  \
    }                                                                                \
    const int makes_file = would_make_file(directory, path, flags);                  \
    return note_opened(next.name arguments_with_mode, makes_file, CALLER);           \
  }
WATERTIGHT_OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags),
                (path, flags, mode))
WATERTIGHT_OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags),
                (path, flags, mode))
WATERTIGHT_OPEN(openat, at, (int at, const char *path, int flags, ...), (at, path, flags),
                (at, path, flags, mode))
WATERTIGHT_OPEN(openat64, at, (int at, const char *path, int flags, ...), (at, path, flags),
                (at, path, flags, mode))

// What gives a descriptor, and needs no more than that to be counted.
#define WATERTIGHT_OPENS(name, parameters, arguments)    \
  int name parameters {                                  \
    WATERTIGHT_ENSURE_STARTED();                         \
    return note_descriptor(next.name arguments, CALLER); \
  }
// Calls of programs built with _FORTIFY_SOURCE, where the flags are no constant; they never create.
WATERTIGHT_OPENS(__open_2, (const char *path, int flags), (path, flags))
WATERTIGHT_OPENS(__open64_2, (const char *path, int flags), (path, flags))
WATERTIGHT_OPENS(__openat_2, (int at, const char *path, int flags), (at, path, flags))
WATERTIGHT_OPENS(__openat64_2, (int at, const char *path, int flags), (at, path, flags))
WATERTIGHT_OPENS(socket, (int domain, int type, int protocol), (domain, type, protocol))
WATERTIGHT_OPENS(accept, (int fd, __SOCKADDR_ARG peer, socklen_t *size), (fd, peer, size))
WATERTIGHT_OPENS(accept4, (int fd, __SOCKADDR_ARG peer, socklen_t *size, int flags),
                 (fd, peer, size, flags))
WATERTIGHT_OPENS(dup, (int fd), (fd))
WATERTIGHT_OPENS(epoll_create, (int size), (size))
WATERTIGHT_OPENS(epoll_create1, (int flags), (flags))
WATERTIGHT_OPENS(eventfd, (unsigned value, int flags), (value, flags))
WATERTIGHT_OPENS(timerfd_create, (int clock, int flags), (clock, flags))
WATERTIGHT_OPENS(inotify_init, (void), ())
WATERTIGHT_OPENS(inotify_init1, (int flags), (flags))
WATERTIGHT_OPENS(fanotify_init, (unsigned flags, unsigned event_flags), (flags, event_flags))
WATERTIGHT_OPENS(memfd_create, (const char *name, unsigned flags), (name, flags))
WATERTIGHT_OPENS(pidfd_open, (pid_t pid, unsigned flags), (pid, flags))
WATERTIGHT_OPENS(shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode))
WATERTIGHT_OPENS(posix_openpt, (int flags), (flags))

#define WATERTIGHT_CREAT(name)                                       \
  int name(const char *path, mode_t mode) {                          \
    WATERTIGHT_ENSURE_STARTED();                                     \
    const int makes_file = would_make_file(AT_FDCWD, path, O_CREAT); \
    return note_opened(next.name(path, mode), makes_file, CALLER);   \
  }
WATERTIGHT_CREAT(creat)
WATERTIGHT_CREAT(creat64)

int signalfd(int fd, const sigset_t *signals, int flags) {
  WATERTIGHT_ENSURE_STARTED();
  const int opened = next.signalfd(fd, signals, flags);
  return fd == -1 ? note_descriptor(opened, CALLER) : opened;
}

static int note_pair(int result, const int *pair, const void *caller) {
  if (result != 0) return result;
  note_descriptor(pair[0], caller);
  note_descriptor(pair[1], caller);
  return 0;
}

int pipe(int pair[2]) {
  WATERTIGHT_ENSURE_STARTED();
  return note_pair(next.pipe(pair), pair, CALLER);
}

int pipe2(int pair[2], int flags) {
  WATERTIGHT_ENSURE_STARTED();
  return note_pair(next.pipe2(pair, flags), pair, CALLER);
}

int socketpair(int domain, int type, int protocol, int pair[2]) {
  WATERTIGHT_ENSURE_STARTED();
  return note_pair(next.socketpair(domain, type, protocol, pair), pair, CALLER);
}

// dup2() of a descriptor onto itself changes nothing.
int dup2(int fd, int onto) {
  WATERTIGHT_ENSURE_STARTED();
  const int duplicate = next.dup2(fd, onto);
  return fd == onto ? duplicate : note_descriptor(duplicate, CALLER);
}

int dup3(int fd, int onto, int flags) {
  WATERTIGHT_ENSURE_STARTED();
  return note_descriptor(next.dup3(fd, onto, flags), CALLER);
}

#define WATERTIGHT_FCNTL(name)                                               \
  int name(int fd, int command, ...) {                                       \
    WATERTIGHT_ENSURE_STARTED();                                             \
    va_list more;                                                            \
    va_start(more, command);                                                 \
    void *argument = va_arg(more, void *);                                   \
    va_end(more);                                                            \
    const int result = next.name(fd, command, argument);                     \
    const int duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC; \
    return duplicates ? note_descriptor(result, CALLER) : result;            \
  }
WATERTIGHT_FCNTL(fcntl)
WATERTIGHT_FCNTL(fcntl64)

static void note_received(struct msghdr *message, const void *caller) {
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
       part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t bytes = part->cmsg_len - CMSG_LEN(0);
    for (size_t i = 0; i + sizeof(int) <= bytes; i += sizeof(int)) {
      int fd = -1;
      memcpy(&fd, CMSG_DATA(part) + i, sizeof fd);
      note_descriptor(fd, caller);
    }
  }
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  WATERTIGHT_ENSURE_STARTED();
  const ssize_t received = next.recvmsg(fd, message, flags);
  if (received >= 0 && message->msg_controllen != 0) note_received(message, CALLER);
  return received;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count_of_messages, int flags,
             struct timespec *timeout) {
  WATERTIGHT_ENSURE_STARTED();
  const int received = next.recvmmsg(fd, messages, count_of_messages, flags, timeout);
  for (int i = 0; i < received; ++i)
    if (messages[i].msg_hdr.msg_controllen != 0) note_received(&messages[i].msg_hdr, CALLER);
  return received;
}

static FILE *note_stream(FILE *stream, int makes_file, const void *caller) {
  if (stream == NULL) return NULL;
  const int saved_errno = errno;
  note_opened(fileno(stream), makes_file, caller);
  errno = saved_errno;
  return stream;
}

static int flags_of(const char *mode) {
  return mode != NULL && (mode[0] == 'w' || mode[0] == 'a') ? O_CREAT : 0;
}

#define WATERTIGHT_FOPEN(name)                                              \
  FILE *name(const char *path, const char *mode) {                          \
    WATERTIGHT_ENSURE_STARTED();                                            \
    const int makes_file = would_make_file(AT_FDCWD, path, flags_of(mode)); \
    return note_stream(next.name(path, mode), makes_file, CALLER);          \
  }
WATERTIGHT_FOPEN(fopen)
WATERTIGHT_FOPEN(fopen64)

#define WATERTIGHT_FREOPEN(name)                                                            \
  FILE *name(const char *path, const char *mode, FILE *stream) {                            \
    WATERTIGHT_ENSURE_STARTED();                                                            \
    const int makes_file = path != NULL && would_make_file(AT_FDCWD, path, flags_of(mode)); \
    forget_descriptor(fileno(stream));                                                      \
    return note_stream(next.name(path, mode, stream), makes_file, CALLER);                  \
  }
WATERTIGHT_FREOPEN(freopen)
WATERTIGHT_FREOPEN(freopen64)

FILE *tmpfile(void) {
  WATERTIGHT_ENSURE_STARTED();
  return note_stream(next.tmpfile(), 0, CALLER);
}

FILE *tmpfile64(void) {
  WATERTIGHT_ENSURE_STARTED();
  return note_stream(next.tmpfile64(), 0, CALLER);
}

FILE *popen(const char *command, const char *mode) {
  WATERTIGHT_ENSURE_STARTED();
  return note_stream(next.popen(command, mode), 0, CALLER);
}

int pclose(FILE *stream) {
  WATERTIGHT_ENSURE_STARTED();
  forget_descriptor(fileno(stream));
  return next.pclose(stream);
}

int fclose(FILE *stream) {
  WATERTIGHT_ENSURE_STARTED();
  const int saved_errno = errno;
  forget_descriptor(fileno(stream));
  errno = saved_errno;
  return next.fclose(stream);
}

DIR *opendir(const char *path) {
  WATERTIGHT_ENSURE_STARTED();
  DIR *directory = next.opendir(path);
  if (directory != NULL) note_descriptor(dirfd(directory), CALLER);
  return directory;
}

int closedir(DIR *directory) {
  WATERTIGHT_ENSURE_STARTED();
  if (directory != NULL) forget_descriptor(dirfd(directory));
  return next.closedir(directory);
}

int close(int fd) {
  WATERTIGHT_ENSURE_STARTED();
  forget_descriptor(fd);
  return next.close(fd);
}

enum { kOnlyMarks = 1 << 2 };  // CLOSE_RANGE_CLOEXEC

int close_range(unsigned first, unsigned last, int flags) {
  WATERTIGHT_ENSURE_STARTED();
  const int result = next.close_range(first, last, flags);
  if (result == 0 && (flags & kOnlyMarks) == 0) forget_descriptors(first, last);
  return result;
}

void closefrom(int first) {
  WATERTIGHT_ENSURE_STARTED();
  forget_descriptors(first < 0 ? 0 : (unsigned)first, ~0u);
  next.closefrom(first);
}

#pragma GCC visibility pop
