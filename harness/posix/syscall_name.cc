// SPDX-License-Identifier: Apache-2.0
#include "posix/syscall_name.h"

#include <sys/syscall.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace watertight::posix {
namespace {

/// The calls that daemons wait in, and that signal handlers make; others are told by number.
struct Syscall {
  long number;
  std::string_view name;
};
constexpr Syscall kWaits[] = {
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_sendto, "sendto"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_writev, "writev"},
    {SYS_sendfile, "sendfile"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept4"},
    {SYS_connect, "connect"},
    {SYS_ppoll, "ppoll"},
    {SYS_pselect6, "pselect6"},
    {SYS_epoll_pwait, "epoll_pwait"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_futex, "futex"},
    {SYS_wait4, "wait4"},
    {SYS_waitid, "waitid"},
    {SYS_flock, "flock"},
    {SYS_fcntl, "fcntl"},
    {SYS_fsync, "fsync"},
    {SYS_fdatasync, "fdatasync"},
    {SYS_openat, "openat"},
    {SYS_close, "close"},
    {SYS_socket, "socket"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_brk, "brk"},
    {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"},
    {SYS_writev, "writev"},
    {SYS_getpid, "getpid"},
    {SYS_kill, "kill"},
    {SYS_tgkill, "tgkill"},
    {SYS_exit_group, "exit_group"},
    {SYS_unlinkat, "unlinkat"},
    {SYS_rt_sigaction, "rt_sigaction"},
    {SYS_rt_sigprocmask, "rt_sigprocmask"},
    {SYS_rt_sigsuspend, "rt_sigsuspend"},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait"},
    {SYS_restart_syscall, "restart_syscall"},
#ifdef SYS_poll  // Younger architectures do without these.
    {SYS_poll, "poll"},
    {SYS_select, "select"},
    {SYS_epoll_wait, "epoll_wait"},
    {SYS_pause, "pause"},
    {SYS_unlink, "unlink"},
#endif
};

}  // namespace

std::string syscall_name(long number) {
  const auto* const found = std::ranges::find(kWaits, number, &Syscall::number);
  return found == std::end(kWaits) ? "syscall " + std::to_string(number) : std::string(found->name);
}

}  // namespace watertight::posix
