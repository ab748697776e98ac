// SPDX-License-Identifier: Apache-2.0
//
// Makes and gives up one thing by one function at a time: `NAME up` and `NAME down` on standard
// input, answered by `done` or `failed`. Run under the agent.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile block;
static void *mapping;
static int fd = -1, other_fd = -1;
static FILE *stream;
static DIR *folder;
static pthread_t thread;
static pid_t child;
static char path[64], other_path[64];

static int hold(void *made) { return (block = made) != NULL; }
static int give_back(void) {
  free(block);
  return 1;
}
static int opened(int result) { return (fd = result) >= 0; }
static int close_fd(void) { return close(fd) == 0; }
static int close_both(void) { return close(fd) == 0 && close(other_fd) == 0; }

static int up_malloc(void) { return hold(malloc(100)); }
static int up_calloc(void) { return hold(calloc(10, 10)); }
static int up_realloc(void) { return hold(realloc(NULL, 100)); }
static int up_larger(void) { return hold(malloc(7)) && hold(realloc(block, 100)); }
static int up_smaller(void) { return hold(malloc(5000)) && hold(realloc(block, 100)); }
static int up_failed_realloc(void) {
  volatile size_t too_much = (size_t)1 << 62;
  return hold(malloc(100)) && realloc(block, too_much) == NULL;
}
static int down_realloc(void) { return realloc(block, 0) == NULL; }
static int up_reallocarray(void) { return hold(reallocarray(NULL, 10, 10)); }
static int up_overflow(void) {
  volatile size_t half = (size_t)1 << 63;
  return calloc(half, 2) == NULL && reallocarray(NULL, half, 2) == NULL && hold(malloc(100));
}
static int up_posix_memalign(void) {
  void *made = NULL;
  return posix_memalign(&made, 64, 100) == 0 && hold(made);
}
static int up_aligned_alloc(void) { return hold(aligned_alloc(64, 128)); }
static int up_memalign(void) { return hold(memalign(4096, 100)); }
static int up_valloc(void) { return hold(valloc(100)); }
static int up_pvalloc(void) { return hold(pvalloc(100)); }
static int up_whole_block(void) {
  if (!hold(malloc(100))) return 0;
  memset(block, 'x', malloc_usable_size(block));
  return 1;
}
static int up_strdup(void) { return hold(strdup("watertight")); }

static int up_open(void) { return opened(open("/dev/null", O_RDONLY)); }
static int up_openat(void) { return opened(openat(AT_FDCWD, "/dev/null", O_RDONLY)); }
static int up_socket(void) { return opened(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int up_socketpair(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 0;
  other_fd = pair[1];
  return opened(pair[0]);
}
static int up_accept(int flags) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t size = sizeof(sa_family_t);  // The kernel chooses an abstract name.
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0) return 0;
  size = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) return 0;
  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(client, (struct sockaddr *)&address, size) != 0) return 0;
  fd = flags < 0 ? accept(listener, NULL, NULL) : accept4(listener, NULL, NULL, flags);
  close(client);
  close(listener);
  return fd >= 0;
}
static int up_accept3(void) { return up_accept(-1); }
static int up_accept4(void) { return up_accept(SOCK_CLOEXEC); }
static int up_dup(void) { return opened(dup(0)); }
static int up_dup2(void) { return opened(dup2(0, 100)); }
static int up_dup2_twice(void) { return opened(dup2(0, 100)) && opened(dup2(1, 100)); }
static int up_dup2_same(void) { return opened(dup(0)) && dup2(fd, fd) == fd; }
static int up_dup3(void) { return opened(dup3(0, 100, O_CLOEXEC)); }
static int up_fcntl(void) { return opened(fcntl(0, F_DUPFD, 50)); }
static int up_fcntl_cloexec(void) { return opened(fcntl(0, F_DUPFD_CLOEXEC, 50)); }
static int up_pipe(void) {
  int pair[2];
  if (pipe(pair) != 0) return 0;
  other_fd = pair[1];
  return opened(pair[0]);
}
static int up_pipe2(void) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) != 0) return 0;
  other_fd = pair[1];
  return opened(pair[0]);
}
static int up_epoll_create(void) { return opened(epoll_create(1)); }
static int up_epoll_create1(void) { return opened(epoll_create1(0)); }
static int up_eventfd(void) { return opened(eventfd(0, 0)); }
static int up_timerfd(void) { return opened(timerfd_create(CLOCK_MONOTONIC, 0)); }
static int up_signalfd(void) {
  sigset_t signals;
  sigemptyset(&signals);
  return opened(signalfd(-1, &signals, 0)) && signalfd(fd, &signals, 0) == fd;
}
static int up_inotify(void) { return opened(inotify_init()); }
static int up_inotify1(void) { return opened(inotify_init1(0)); }
static int up_memfd(void) { return opened(memfd_create("test", 0)); }
static int up_scm_rights(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return 0;
  char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  memset(CMSG_DATA(rights), 0, sizeof(int));  // Standard input.
  if (sendmsg(pair[0], &message, 0) != 1) return 0;
  memset(control, 0, sizeof control);
  message.msg_controllen = sizeof control;
  if (recvmsg(pair[1], &message, 0) != 1) return 0;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  close(pair[0]);
  close(pair[1]);
  return fd >= 0;
}
static int up_opendir(void) { return (folder = opendir("/")) != NULL; }
static int down_closedir(void) { return closedir(folder) == 0; }
static int up_fopen(void) { return (stream = fopen("/dev/null", "r")) != NULL; }
static int up_freopen(void) { return up_fopen() && (stream = freopen("/dev/zero", "r", stream)); }
static int down_fclose(void) { return fclose(stream) == 0; }
static int up_tmpfile(void) { return (stream = tmpfile()) != NULL; }
static int up_popen(void) { return (stream = popen("true", "r")) != NULL; }
static int down_pclose(void) { return pclose(stream) == 0; }
static int up_close_range(void) { return opened(dup2(0, 1000)); }
static int down_close_range(void) { return close_range(900, 1100, 0) == 0; }
static int down_closefrom(void) {
  closefrom(900);
  return 1;
}

static void *end(void *unused) { return unused; }
static atomic_int detached;
static void *detach_oneself(void *unused) {
  pthread_detach(pthread_self());
  atomic_fetch_add(&detached, 1);
  return unused;
}
static int up_thread(void) { return pthread_create(&thread, NULL, end, NULL) == 0; }
static int down_join(void) { return pthread_join(thread, NULL) == 0; }
static int down_detach(void) { return pthread_detach(thread) == 0; }
static int down_tryjoin(void) {
  int error;
  while ((error = pthread_tryjoin_np(thread, NULL)) == EBUSY) {
  }
  return error == 0;
}
static int down_timedjoin(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 60;
  return pthread_timedjoin_np(thread, NULL, &until) == 0;
}
static int up_detached(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t unused;
  atomic_store(&detached, 0);
  for (int i = 0; i < 100; ++i)
    if (pthread_create(&unused, &attributes, end, NULL) != 0 ||
        pthread_create(&unused, NULL, detach_oneself, NULL) != 0)
      return 0;
  while (atomic_load(&detached) < 100) sched_yield();
  return up_thread();
}

static int up_fork(void) {
  if ((child = fork()) == 0) _exit(0);
  return child > 0;
}
static int up_vfork(void) {
  if ((child = vfork()) == 0) {
    close(0);  // Its own table.
    _exit(0);
  }
  return child > 0;
}
static int up_vfork_exec(void) {
  char *const arguments[] = {"/bin/true", NULL};
  if ((child = vfork()) == 0) {
    execv(arguments[0], arguments);
    _exit(127);
  }
  return child > 0;
}
static int up_posix_spawn(void) {
  char *const arguments[] = {"true", NULL};
  return posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) == 0;
}
static int up_posix_spawnp(void) {
  char *const arguments[] = {"true", NULL};
  return posix_spawnp(&child, "true", NULL, NULL, arguments, environ) == 0;
}
static int down_wait(void) { return wait(NULL) == child; }
static int down_waitpid(void) { return waitpid(child, NULL, 0) == child; }
static int down_wait3(void) { return wait3(NULL, 0, NULL) == child; }
static int down_wait4(void) { return wait4(child, NULL, 0, NULL) == child; }
static int down_waitid(void) {
  siginfo_t info;
  return waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0 &&
         waitid(P_PID, (id_t)child, NULL, WEXITED) == 0;
}

static int made(int result) {
  if (result < 0) return 0;
  return close(result) == 0;
}
static char *pattern(const char *text) { return strcpy(path, text); }
static int up_mkstemp(void) { return made(mkstemp(pattern("up.XXXXXX"))); }
static int up_mkostemp(void) { return made(mkostemp(pattern("up.XXXXXX"), O_CLOEXEC)); }
static int up_mkstemps(void) { return made(mkstemps(pattern("up.XXXXXX.c"), 2)); }
static int up_mkostemps(void) { return made(mkostemps(pattern("up.XXXXXX.c"), 2, O_CLOEXEC)); }
static int up_mkdtemp(void) { return mkdtemp(pattern("up.XXXXXX")) != NULL; }
static int up_create(void) {
  return made(open(pattern("up.file"), O_WRONLY | O_CREAT, 0600)) &&
         made(open(path, O_WRONLY | O_CREAT, 0600));  // There now: nothing is made.
}
static int up_creat(void) { return made(creat(pattern("up.file"), 0600)); }
static int up_fopen_write(void) {
  FILE *file = fopen(pattern("up.file"), "w");
  return file != NULL && fclose(file) == 0;
}
static int up_rename(void) {
  strcpy(other_path, "up.renamed");
  return up_mkstemp() && rename(path, other_path) == 0 && strcpy(path, other_path) != NULL;
}
static int down_rename(void) {  // Onto it; what is new is removed as well.
  strcpy(other_path, "up.over");
  return made(creat(other_path, 0600)) && rename(other_path, path) == 0 && unlink(path) == 0;
}
static int down_unlink(void) { return unlink("up.missing") != 0 && unlink(path) == 0; }
static int down_unlinkat(void) { return unlinkat(AT_FDCWD, path, 0) == 0; }
static int down_remove(void) { return remove(path) == 0; }
static int down_rmdir(void) { return rmdir(path) == 0; }

enum { kMapped = 8 * 4096 };
static int up_mmap(void) {
  mapping = mmap(NULL, kMapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapping != MAP_FAILED;
}
static int up_mremap(void) {
  return up_mmap() && (mapping = mremap(mapping, kMapped, 16 * kMapped, MREMAP_MAYMOVE)) &&
         (mapping = mremap(mapping, 16 * kMapped, kMapped, 0)) != MAP_FAILED;
}
static int up_fixed(void) {
  return up_mmap() && mmap(mapping, kMapped, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                           0) == mapping;
}
static int down_munmap(void) { return munmap(mapping, kMapped) == 0; }
static int down_in_parts(void) {
  char *start = mapping;
  return munmap(start + 4096, 4096) == 0 && munmap(start + 6 * 4096, 2 * 4096) == 0 &&
         munmap(start, kMapped) == 0;
}

// A child that holds three blocks more than its parent, until it is killed.
static int up_child_with_blocks(void) {
  int ready[2];
  if (pipe(ready) != 0) return 0;
  if ((child = fork()) == 0) {
    for (int i = 0; i < 3; ++i) block = malloc(100);
    close(ready[0]);
    if (write(ready[1], "x", 1) == 1) pause();
    _exit(0);
  }
  char byte;
  close(ready[1]);
  const int is_ready = read(ready[0], &byte, 1) == 1;
  return close(ready[0]) == 0 && is_ready;
}
static int down_kill(void) { return kill(child, SIGKILL) == 0 && down_waitpid(); }

static int up_exec(void) {
  block = malloc(100000);
  char *const arguments[] = {"/proc/self/exe", "again", NULL};
  return block != NULL && execv(arguments[0], arguments);
}

// Two ways to one call of malloc.
__attribute__((noinline)) static void *allocate(void) {
  void *volatile made = malloc(100);
  return made;
}
__attribute__((noinline)) static int one_way(void) {
  void *volatile made = allocate();
  return hold(made);
}
__attribute__((noinline)) static int other_way(void) {
  void *volatile made = allocate();
  return hold(made);
}

static const struct Step {
  const char *name;
  int (*up)(void);
  int (*down)(void);
} steps[] = {
    {"malloc", up_malloc, give_back},
    {"calloc", up_calloc, give_back},
    {"realloc", up_realloc, down_realloc},
    {"realloc_larger", up_larger, give_back},
    {"realloc_smaller", up_smaller, give_back},
    {"realloc_failed", up_failed_realloc, give_back},
    {"reallocarray", up_reallocarray, give_back},
    {"overflow", up_overflow, give_back},
    {"posix_memalign", up_posix_memalign, give_back},
    {"aligned_alloc", up_aligned_alloc, give_back},
    {"memalign", up_memalign, give_back},
    {"valloc", up_valloc, give_back},
    {"pvalloc", up_pvalloc, give_back},
    {"malloc_usable_size", up_whole_block, give_back},
    {"strdup", up_strdup, give_back},
    {"open", up_open, close_fd},
    {"openat", up_openat, close_fd},
    {"socket", up_socket, close_fd},
    {"socketpair", up_socketpair, close_both},
    {"accept", up_accept3, close_fd},
    {"accept4", up_accept4, close_fd},
    {"dup", up_dup, close_fd},
    {"dup2", up_dup2, close_fd},
    {"dup2_twice", up_dup2_twice, close_fd},
    {"dup2_same", up_dup2_same, close_fd},
    {"dup3", up_dup3, close_fd},
    {"fcntl", up_fcntl, close_fd},
    {"fcntl_cloexec", up_fcntl_cloexec, close_fd},
    {"pipe", up_pipe, close_both},
    {"pipe2", up_pipe2, close_both},
    {"epoll_create", up_epoll_create, close_fd},
    {"epoll_create1", up_epoll_create1, close_fd},
    {"eventfd", up_eventfd, close_fd},
    {"timerfd_create", up_timerfd, close_fd},
    {"signalfd", up_signalfd, close_fd},
    {"inotify_init", up_inotify, close_fd},
    {"inotify_init1", up_inotify1, close_fd},
    {"memfd_create", up_memfd, close_fd},
    {"scm_rights", up_scm_rights, close_fd},
    {"opendir", up_opendir, down_closedir},
    {"fopen", up_fopen, down_fclose},
    {"freopen", up_freopen, down_fclose},
    {"tmpfile", up_tmpfile, down_fclose},
    {"popen", up_popen, down_pclose},
    {"close_range", up_close_range, down_close_range},
    {"closefrom", up_close_range, down_closefrom},
    {"pthread_join", up_thread, down_join},
    {"pthread_detach", up_thread, down_detach},
    {"pthread_tryjoin_np", up_thread, down_tryjoin},
    {"pthread_timedjoin_np", up_thread, down_timedjoin},
    {"detached", up_detached, down_join},
    {"fork", up_fork, down_wait},
    {"vfork", up_vfork, down_waitpid},
    {"vfork_exec", up_vfork_exec, down_waitpid},
    {"posix_spawn", up_posix_spawn, down_wait3},
    {"posix_spawnp", up_posix_spawnp, down_wait4},
    {"waitid", up_fork, down_waitid},
    {"mkstemp", up_mkstemp, down_unlink},
    {"mkostemp", up_mkostemp, down_unlinkat},
    {"mkstemps", up_mkstemps, down_remove},
    {"mkostemps", up_mkostemps, down_unlink},
    {"mkdtemp", up_mkdtemp, down_rmdir},
    {"create", up_create, down_unlink},
    {"creat", up_creat, down_unlink},
    {"fopen_write", up_fopen_write, down_unlink},
    {"rename", up_rename, down_unlink},
    {"rename_onto", up_mkstemp, down_rename},
    {"mmap", up_mmap, down_munmap},
    {"munmap_parts", up_mmap, down_in_parts},
    {"mremap", up_mremap, down_munmap},
    {"map_fixed", up_fixed, down_munmap},
    {"child_with_blocks", up_child_with_blocks, down_kill},
    {"exec", up_exec, give_back},
    {"one_way", one_way, give_back},
    {"other_way", other_way, give_back},
};

static int take_step(const char *name, int is_up) {
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; ++i)
    if (strcmp(steps[i].name, name) == 0) return is_up ? steps[i].up() : steps[i].down();
  return 0;
}

// No stdio for what is said: its buffers would be counted.
int main(int argument_count, char **arguments) {
  (void)arguments;
  if (argument_count > 1 && write(1, "done\n", 5) != 5) return 1;
  char line[64];
  for (;;) {
    const ssize_t size = read(0, line, sizeof line - 1);
    if (size <= 0) return 0;
    line[size] = '\0';
    char name[64], direction[64];
    if (sscanf(line, "%63s %63s", name, direction) != 2) return 1;
    const char *answer = take_step(name, strcmp(direction, "up") == 0) ? "done\n" : "failed\n";
    if (write(1, answer, strlen(answer)) < 0) return 1;
  }
}
