// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/state_checks.h"

namespace watertight::rehearsals {

std::span<const Check> signals_state_checks() {
  static constexpr Check kTable[] = {
      {"signals.map",
       "H01",
       Severity::kWarn,
       1,
       {},
       {.title = "it takes notice of SIGTERM",
        .what = "SIGTERM has a handler, a signalfd or a thread that waits for it, where there is "
                "anything to remove at the end: a PID file, a Unix socket.",
        .how = "The masks in /proc of all threads, the sigmask of signalfds, and the sets of "
               "threads in sigwait(3), read from their memory. The evidence is the table of all "
               "processes.",
        .why = "At its default SIGTERM ends a daemon on the spot: nothing is saved, nothing "
               "removed. Blocked or ignored it leaves SIGKILL as the only end.",
        .source = "signal(7); M. Kerrisk, The Linux Programming Interface, 37.3",
        .false_alarms = "A daemon that leaves its files to the next start on purpose.",
        .cure = "A handler that sets a flag, or signalfd(2), for SIGTERM and SIGINT."},
       signals_map},
      {"signals.storm",
       "H04",
       Severity::kFail,
       1,
       {},
       {.title = "it lives through a storm of signals",
        .what = "Signals that it has handlers for, at random moments and thousands a second, "
                "neither end the daemon nor make it hang.",
        .how = "3 s (1 s with --quick) of SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM and others "
               "that the main process catches, each alone and then all, up to 200 us apart, with "
               "the scenario's clients at work. Those that end it when they come once are left "
               "out. Then it has 10 s to fall quiet, and is asked.",
        .why = "A handler that takes a lock meets the code that holds it sooner or later: once a "
               "year in each of a thousand installations.",
        .source = "signal-safety(7); wazuh#3796, openwall/catatonit#4",
        .false_alarms = "A signal that means something rare, as a new binary (SIGUSR2 of nginx).",
        .cure = "Let handlers set a flag or write to a pipe, and do the work in the loop."},
       signals_storm},
      {"signals.stuck_handler",
       "H05",
       Severity::kFail,
       1,
       {},
       {.title = "no thread hangs in a signal handler",
        .what = "After work and signals no thread waits for a lock inside a handler.",
        .how = "Each harmless signal that the main process catches is sent once, between some "
               "operations, SIGTERM last. A thread hangs that sleeps in futex(2) without a turn "
               "for 2 s, with a signal blocked that it had not blocked before and that has a "
               "handler.",
        .why = "The thread never comes back, with whatever locks it holds: soon all others wait "
               "for it.",
        .source = "signal-safety(7); pgbackrest#2715, icinga2#9676, keepalived#1149",
        .false_alarms = "A handler that waits for another thread on purpose, for longer than 2 s.",
        .cure = "Take no lock in a handler, nor call what does: malloc, printf, syslog, "
                "localtime."},
       signals_stuck_handler},
      {"signals.old_zombies",
       "H09",
       Severity::kFail,
       1,
       {},
       {.title = "children that end are waited for",
        .what = "No child that has ended stays a zombie for 5 s (2 s with --quick).",
        .how = "After work of the scenario's stress the processes of the daemon are looked at. "
               "Where there are zombies they are looked for again that much later, after one more "
               "question.",
        .why = "A zombie keeps its pid; one that nobody waits for is a child whose end nobody has "
               "noticed.",
        .source = "waitpid(2); inadyn#267, buildbuddy#5466",
        .false_alarms = "A daemon that reaps when it makes its next child, as Python's subprocess "
                        "does.",
        .cure = "On SIGCHLD while (waitpid(-1, &status, WNOHANG) > 0); or SIGCHLD at SIG_IGN, "
                "where no status is wanted."},
       signals_old_zombies},
      {"signals.default_killers",
       "H12",
       Severity::kInfo,
       1,
       {},
       {.title = "no stray signal ends it",
        .what = "SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF and SIGIO are "
                "handled, ignored or blocked.",
        .how = "The masks in /proc of the main process at rest.",
        .why = "Scripts send SIGUSR1 to the wrong pid, a terminal that closes sends SIGHUP, a "
               "client that goes away SIGPIPE: at their default each ends the daemon.",
        .source = "signal(7), standard signals",
        .false_alarms = "Nobody need handle what nobody sends: for information only.",
        .cure = "signal(SIGPIPE, SIG_IGN), and a handler or SIG_IGN for those that somebody may "
                "send."},
       signals_default_killers},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
