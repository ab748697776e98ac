// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/start/checks.h"

namespace watertight::rehearsals {

std::span<const Check> start_checks() {
  static constexpr Check kTable[] = {
      {"start.ready_first",
       "D01",
       Severity::kFail,
       1,
       {},
       {.title = "who starts it is told so when it is ready, not before",
        .what = "When the launcher of a daemon that puts itself in the background ends with 0, the "
                "daemon listens and its PID file holds a pid.",
        .how = "20 starts (4 with --quick). In the instant in which the launcher ends, the "
               "addresses that the scenario names and the PID file are looked at.",
        .why = "Init starts what depends on the daemon as soon as the launcher ends. What is then "
               "not there yet fails now and then, on a busy machine above all.",
        .source = "daemon(7), SysV daemons, step 15; nghttp2#375, unfs3#28, teleport#1852",
        .false_alarms = "An address of the scenario that another program serves.",
        .cure = "The launcher waits at a pipe until the daemon, which has its port and its PID "
                "file, writes to it."},
       start_ready_first},
      {"start.failure_reported",
       "D02",
       Severity::kFail,
       1,
       {},
       {.title = "a start that fails says so, and leaves nothing behind",
        .what =
            "Where its port is taken, or its PID file lies on a full disk, the process that was "
            "started ends with a status other than 0, and no process stays.",
        .how = "A start while somebody else listens at the tcp ports that the scenario names; as "
               "root, one whose PID file is on a full tmpfs, in a mount namespace of its own. It "
               "has 6 s to give up.",
        .why =
            "Exit status 0 tells init that the daemon runs. Processes that stay behind a failure "
            "hold the port, and nobody knows them: the next start fails for a reason that "
            "cannot be seen.",
        .source = "daemon(7), SysV daemons, step 14; wazuh#821, thesharp/daemonize#15",
        .false_alarms = "A daemon that is to run without its port or PID file is a warning.",
        .cure = "Do all that can fail before the launcher is told, and end with 1 where it does, "
                "children first."},
       start_failure_reported},
      {"start.session",
       "D03",
       Severity::kFail,
       1,
       {},
       {.title = "in the background it has a session of its own",
        .what = "A daemon that puts itself in the background leaves the session of who started it.",
        .how = "The session of the main process and that of its starter (/proc/PID/stat), after "
               "the launcher has ended.",
        .why = "When the terminal is closed, its session gets SIGHUP. So does a daemon that "
               "stayed in it.",
        .source = "setsid(2); daemon(7), SysV daemons, step 5",
        .false_alarms = "None known.",
        .cure = "setsid(2) after the first fork; a second fork keeps it from ever having a "
                "terminal again."},
       start_session},
      {"start.std_fds",
       "D04",
       Severity::kFail,
       1,
       {},
       {.title = "in the background it lets go of its starter's streams",
        .what = "No process of a daemon in the background has the standard streams of who "
                "started it.",
        .how = "Descriptors 0 to 2 of all processes, after the launcher has ended: none of them "
               "is the file that the launcher was given.",
        .why = "ssh, CI jobs and scripts read the output of what they start to its end, which "
               "never comes while a daemon has it open.",
        .source = "daemon(7), SysV daemons, step 9; OpenRC#239, sslh#468",
        .false_alarms = "A daemon that was told to log to stderr, and to go to the background.",
        .cure = "dup2(2) of /dev/null over 0, 1 and 2."},
       start_std_fds},
      {"start.mask_reset",
       "D08",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "signals that its starter blocked reach it",
        .what = "Started with SIGTERM, SIGHUP, SIGCHLD and SIGUSR1 blocked and SIGPIPE ignored, it "
                "ends on SIGTERM as ever, and blocks none that it has a handler for.",
        .how = "A start by env(1) with --block-signal, one without; their signal masks "
               "(/proc/PID/status), and SIGTERM to the first.",
        .why = "The signal mask passes through fork and exec. A supervisor or a script that "
               "blocks SIGTERM for a moment makes a daemon that only SIGKILL ends.",
        .source = "sigprocmask(2); daemon(7), SysV daemons, step 3; poco#3398, bun#38926",
        .false_alarms = "In the foreground it is a warning: a supervisor may see to that. Not "
                        "applicable where the command is a shell or a script, which may set the "
                        "mask anew.",
        .cure = "sigprocmask(SIG_SETMASK) with an empty set in the first lines of main."},
       start_mask_reset},
      {"start.closed_std_fds",
       "D09",
       Severity::kFail,
       1,
       {},
       {.title = "closed standard streams do no harm",
        .what = "Started with descriptors 0 to 2 closed, it has no data file and no socket at 1 "
                "or 2.",
        .how = "A start by sh with <&- >&- 2>&-; then the descriptors of all processes, while "
               "clients hold connections where there is a tcp or unix stress.",
        .why = "The first files and sockets that it opens get the free numbers, and every message "
               "that it or a library prints lands in them: a database with warnings in it.",
        .source = "open(2): the lowest free number; bmc/daemonize#34",
        .false_alarms =
            "A file there that is meant to be its log. A socket is a warning: its peers "
            "get what is printed.",
        .cure = "First of all open /dev/null until the number is above 2."},
       start_closed_std_fds},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
