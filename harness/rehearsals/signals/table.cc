// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/checks.h"

namespace watertight::rehearsals {

std::span<const Check> signals_checks() {
  static constexpr Check kTable[] = {
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
