// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/checks.h"

namespace watertight::rehearsals {

std::span<const Check> signals_checks() {
  static constexpr Check kTable[] = {
      {"signals.handler_safety",
       "H02",
       Severity::kFail,
       2,
       {},
       {.title = "its signal handlers call nothing that is unsafe there",
        .what = "Handlers call no function that allocates, locks, formats, logs or runs clean-up, "
                "unless their signal is blocked except for a wait such as sigsuspend(2).",
        .how = "Each signal with a handler among HUP, USR1, USR2, ALRM, WINCH, CHLD and TERM is "
               "sent to the main process once, and its handler run one instruction at a time with "
               "ptrace(2); every instruction at which a function of the C library begins names it.",
        .why = "A handler runs between any two instructions. If that is within malloc, printf or "
               "syslog, it waits for a lock that only the interrupted code can give back, or finds "
               "the heap half changed: a hang or a crash, once in months.",
        .source = "signal-safety(7); icinga2#9676, keepalived#1149, redis#213",
        .false_alarms = "Functions that POSIX does not list and glibc happens to make safe; a "
                        "handler that looks first whether it interrupted anything.",
        .cure =
            "In the handler set a flag of type volatile sig_atomic_t or write to a pipe, and do "
            "the rest in the loop; or use signalfd(2)."},
       signals_handler_safety},
      {"signals.handler_syscalls",
       "H03",
       Severity::kFail,
       2,
       {},
       {.title = "its signal handlers make no system call that betrays an unsafe one",
        .what =
            "Handlers ask the kernel for no memory, wait for no lock, and neither read the time "
            "zone nor connect to the system log.",
        .how = "As signals.handler_safety, but from system call to system call with ptrace(2): it "
               "needs no names of functions, so it works for static programs and on every "
               "architecture, and sees less.",
        .why = "What malloc, stdio, localtime and syslog do to the kernel shows them where their "
               "names do not.",
        .source = "signal-safety(7), ptrace(2)",
        .false_alarms = "A runtime that takes memory in its handler by design, without malloc.",
        .cure = "In the handler set a flag or write to a pipe, and do the rest in the loop; or use "
                "signalfd(2)."},
       signals_handler_syscalls},
      {"signals.errno",
       "H11",
       Severity::kInfo,
       2,
       {},
       {.title = "its signal handlers save errno",
        .what = "A handler that makes system calls asks where errno is before the first of them.",
        .how = "As signals.handler_safety: __errno_location() is looked for among the functions "
               "that it enters.",
        .why = "Code between a failed call and its look at errno sees that of the handler: EINTR "
               "becomes EAGAIN, and the loop does the wrong thing.",
        .source = "signal-safety(7), on errno",
        .false_alarms = "Handlers whose calls cannot fail, and programs that reach errno without "
                        "the function.",
        .cure = "int saved = errno; at the start of the handler, errno = saved; at its end."},
       signals_errno},
      {"signals.eintr",
       "H06",
       Severity::kFail,
       1,
       {},
       {.title = "being stopped and continued does it no harm",
        .what = "SIGSTOP and SIGCONT leave the daemon alive, and it answers afterwards.",
        .how = "All processes of an idle instance are stopped and continued 50 times (15 with "
               "--quick), with 10 ms between. Then it is asked, where there is a stress that it "
               "answers.",
        .why = "A debugger, a frozen cgroup or a suspended laptop makes epoll_wait, sigtimedwait "
               "and recv with a timeout return EINTR, without any handler. Who takes that for a "
               "failure ends.",
        .source = "signal(7), interruption by stop signals; keepalived#1883, vicinae#1960",
        .false_alarms = "A watchdog of the daemon's own that takes the pause for a hang.",
        .cure = "Call again where errno is EINTR; it is no error."},
       signals_eintr},
      {"signals.sigpipe",
       "H07",
       Severity::kFail,
       4,
       {.answers = true},
       {.title = "a client that hangs up before its answer does not end it",
        .what = "Clients that close or reset their connection with answers under way neither end "
                "the daemon nor keep it from answering the next one.",
        .how = "200 clients (60 with --quick) send their request eight times over and close or "
               "reset at once: the first answer meets the reset, the next one SIGPIPE. A "
               "polite client asks afterwards. An http stress is spoken to by plain tcp.",
        .why = "SIGPIPE ends a process by default: any client that goes away early ends the "
               "daemon for all.",
        .source = "pipe(7), send(2) MSG_NOSIGNAL; mangband#552, socket_vmnet#49",
        .false_alarms = "None known.",
        .cure = "signal(SIGPIPE, SIG_IGN) at the start, or MSG_NOSIGNAL with every send."},
       signals_sigpipe},
      {"signals.sigchld",
       "H08",
       Severity::kFail,
       1,
       {},
       {.title = "children that die together are all reaped",
        .what = "When its children die in one instant, none of them stays a zombie.",
        .how = "The main process is stopped, its children are killed with SIGKILL, and it goes "
               "on: all their SIGCHLDs have become one. 2 s later, and after a question, none of "
               "them may be a zombie.",
        .why = "One pending SIGCHLD stands for any number of deaths. Who waits for one child a "
               "signal keeps the others as zombies, until there are no pids left.",
        .source = "signal(7), standard signals do not queue; tcpdump#972, wazuh#3796",
        .false_alarms = "A daemon that reaps when it makes its next child, as Python's subprocess "
                        "does.",
        .cure = "while (waitpid(-1, &status, WNOHANG) > 0), for each SIGCHLD."},
       signals_sigchld},
      {"signals.crash_ends",
       "H10",
       Severity::kFail,
       1,
       {},
       {.title = "a crash ends it, and shows",
        .what = "SIGSEGV and SIGABRT end the daemon within 5 s, by that signal or with a status "
                "other than 0.",
        .how = "kill(2) with each of them to the main process of a fresh instance, which makes no "
               "core file (RLIMIT_CORE).",
        .why = "A crash handler that takes a lock or allocates hangs as often as not, and a "
               "daemon that hangs is not started again. Nor is one that exits with 0.",
        .source = "signal-safety(7); redis#213",
        .false_alarms = "A handler that asks the machine for much and needs longer than that.",
        .cure = "In the handler call what is safe to call, put the default action back, and raise "
                "the signal again."},
       signals_crash_ends},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
