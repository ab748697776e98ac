// SPDX-License-Identifier: Apache-2.0
//
// Children that were started and not waited for. Those of daemon(3), system(3) and popen(3), which
// libc starts for itself, are not counted; each waits for its own.
#define _GNU_SOURCE
#include "agent/handles.h"

#include <errno.h>

static void note_child(pid_t pid, const void *caller) {
  if (pid > 0 && is_counting_process()) add_handle(kWatertightAgentChild, (uint64_t)pid, 0, caller);
}

// `result` is what a wait gave, `status` how the child changed.
static pid_t note_waited(pid_t asked, pid_t result, int status) {
  if (!is_counting_process()) return result;
  if (result > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
    remove_handle(kWatertightAgentChild, (uint64_t)result);
  // The kernel reaps by itself where SIGCHLD is ignored.
  if (result == -1 && asked == -1 && errno == ECHILD) remove_all_handles(kWatertightAgentChild);
  return result;
}

#pragma GCC visibility push(default)

#define CALLER __builtin_return_address(0)

#define WATERTIGHT_FORKS(name)           \
  pid_t name(void) {                     \
    WATERTIGHT_ENSURE_STARTED();         \
    begin_handle(kWatertightAgentChild); \
    const pid_t pid = next.name();       \
    if (pid != 0) {                      \
      note_child(pid, CALLER);           \
      end_handle(kWatertightAgentChild); \
    }                                    \
    return pid;                          \
  }
WATERTIGHT_FORKS(fork)
WATERTIGHT_FORKS(_Fork)

#define WATERTIGHT_SPAWNS(name)                                                                   \
  int name(pid_t *pid, const char *program, const posix_spawn_file_actions_t *actions,            \
           const posix_spawnattr_t *attributes, char *const *arguments, char *const *variables) { \
    WATERTIGHT_ENSURE_STARTED();                                                                  \
    pid_t child = 0;                                                                              \
    begin_handle(kWatertightAgentChild);                                                          \
    const int error = next.name(&child, program, actions, attributes, arguments, variables);      \
    if (error == 0) note_child(child, CALLER);                                                    \
    end_handle(kWatertightAgentChild);                                                            \
    if (error == 0 && pid != NULL) *pid = child;                                                  \
    return error;                                                                                 \
  }
WATERTIGHT_SPAWNS(posix_spawn)
WATERTIGHT_SPAWNS(posix_spawnp)

pid_t wait(int *status) {
  WATERTIGHT_ENSURE_STARTED();
  int own = 0;
  const pid_t pid = next.wait(&own);
  if (pid > 0 && status != NULL) *status = own;
  return note_waited(-1, pid, own);
}

pid_t waitpid(pid_t asked, int *status, int options) {
  WATERTIGHT_ENSURE_STARTED();
  int own = 0;
  const pid_t pid = next.waitpid(asked, &own, options);
  if (pid > 0 && status != NULL) *status = own;
  return note_waited(asked, pid, own);
}

pid_t wait3(int *status, int options, struct rusage *usage) {
  WATERTIGHT_ENSURE_STARTED();
  int own = 0;
  const pid_t pid = next.wait3(&own, options, usage);
  if (pid > 0 && status != NULL) *status = own;
  return note_waited(-1, pid, own);
}

pid_t wait4(pid_t asked, int *status, int options, struct rusage *usage) {
  WATERTIGHT_ENSURE_STARTED();
  int own = 0;
  const pid_t pid = next.wait4(asked, &own, options, usage);
  if (pid > 0 && status != NULL) *status = own;
  return note_waited(asked, pid, own);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  WATERTIGHT_ENSURE_STARTED();
  siginfo_t own = {0};
  const int result = next.waitid(type, id, &own, options);
  if (result == 0 && info != NULL) *info = own;
  const int has_ended =
      own.si_code == CLD_EXITED || own.si_code == CLD_KILLED || own.si_code == CLD_DUMPED;
  if (result == 0 && own.si_pid > 0 && has_ended && (options & WNOWAIT) == 0 &&
      is_counting_process())
    remove_handle(kWatertightAgentChild, (uint64_t)own.si_pid);
  return result;
}

#pragma GCC visibility pop

#if defined(__x86_64__)
// vfork() returns twice, the first time into a caller that goes on to use the stack, so no C
// function can stand around it. The return address is kept beside the stack, in the thread's own
// memory, which parent and child share, until each has come back.
enum { kMostVforks = sizeof self.vfork_returns / sizeof self.vfork_returns[0] };

__attribute__((used)) pid_t (*watertight_enter_vfork(void *return_address))(void) {
  WATERTIGHT_ENSURE_STARTED();
  self.vfork_returns[self.vfork_depth % kMostVforks] = return_address;
  ++self.vfork_depth;
  return next.vfork;
}

__attribute__((used)) void *watertight_leave_vfork(pid_t pid) {
  void *return_address = self.vfork_returns[(self.vfork_depth - 1) % kMostVforks];
  if (pid != 0) {
    --self.vfork_depth;
    note_child(pid, return_address);
  }
  return return_address;
}

__asm__(
    ".globl vfork\n"
    ".type vfork, @function\n"
    "vfork:\n"
    "  pop %rdi\n"
    "  call watertight_enter_vfork\n"
    "  call *%rax\n"
    "  push %rax\n"
    "  sub $8, %rsp\n"
    "  mov %eax, %edi\n"
    "  call watertight_leave_vfork\n"
    "  add $8, %rsp\n"
    "  pop %rdx\n"
    "  push %rax\n"
    "  mov %edx, %eax\n"
    "  ret\n"
    ".size vfork, . - vfork\n");
#endif
