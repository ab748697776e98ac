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
      {"start.inherited_fds",
       "D05",
       Severity::kWarn,
       1,
       {},
       {.title = "what its starter had open stays with that",
        .what = "A daemon that puts itself in the background closes the files that it was started "
                "with; one in the foreground passes none on to the programs that it runs.",
        .how = "A start by sh with a file open at 7 and 9; then the descriptors of all processes "
               "are looked at for that file.",
        .why = "A descriptor that nobody knows of keeps a port, a pipe or a file system in use: a "
               "script waits for the end of a pipe that the daemon holds for months.",
        .source = "daemon(7), SysV daemons, step 1; zsh-patina#75, circuits#147; close_range(2)",
        .false_alarms = "Not applicable in the foreground where it runs no program. Numbers that "
                        "are passed on purpose (socket activation, s6) begin at 3.",
        .cure = "In the first lines of main: close_range(3, ~0U, 0), or up to what "
                "$LISTEN_FDS says; O_CLOEXEC for all that it opens itself."},
       start_inherited_fds},
      {"start.cwd",
       "D06",
       Severity::kWarn,
       1,
       {},
       {.title = "in the background it leaves the folder in which it was started",
        .what = "No process of a daemon in the background has the folder of its starter for its "
                "working directory.",
        .how = "/proc/PID/cwd of all processes, after the launcher has ended.",
        .why = "The file system of that folder cannot be unmounted while the daemon runs, and a "
               "core file or a relative path lands wherever the administrator happened to stand.",
        .source = "daemon(7), SysV daemons, step 11; chdir(2)",
        .false_alarms = "A daemon that is started in the folder of its data. Not applicable in the "
                        "foreground, or where it is started in /.",
        .cure = "chdir(\"/\"), or to the folder of its data, once its relative paths are made "
                "absolute."},
       start_cwd},
      {"start.umask",
       "D07",
       Severity::kFail,
       1,
       {},
       {.title = "nothing that it makes is for everybody to write",
        .what = "Whatever the umask of its starter, it makes no file or folder that everybody may "
                "write.",
        .how = "Two starts by sh, with a umask of 0027 and of 0, and some operations of the "
               "stress. The modes of what it made below {state} are looked at, and the umask "
               "that it has then (/proc/PID/status).",
        .why = "Any user of the machine rewrites its PID file, its log or its data: the next "
               "SIGTERM of an init script, run by root, goes wherever that user wants.",
        .source = "umask(2); daemon(7), SysV daemons, step 10; CWE-732, CVE-2017-11747",
        .false_alarms = "In the foreground files that only a umask of 0 opens are a warning: a "
                        "supervisor sets it. So is a daemon in the background that keeps the "
                        "umask of its starter. Sockets are left out.",
        .cure = "umask(027) in the first lines of main, and an explicit mode with each open(2): "
                "0640, not 0666. fopen(3) always asks for 0666."},
       start_umask},
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
      {"start.one_tree",
       "D10",
       Severity::kWarn,
       1,
       {},
       {.title = "its start leaves the daemon, and nothing else",
        .what = "After the start its processes are one tree, without a shell that waits, a zombie "
                "or a process beside it.",
        .how = "All processes of an instance that has come to rest, until they settle, for at most "
               "2 s.",
        .why = "A shell in between gets the signals that are meant for the daemon. A second tree "
               "is what init does not know of and never stops.",
        .source = "daemon(7), SysV daemons, steps 6 to 8; wait(2)",
        .false_alarms = "A command that needs its shell, with a trap that passes signals on.",
        .cure = "exec in the shell that starts it (sh -c 'exec daemon'); waitpid(2) for the "
                "process between two forks."},
       start_one_tree},
      {"start.notify",
       "D11",
       Severity::kWarn,
       1,
       {},
       {.title = "it sends READY=1 when it is ready, not before",
        .what = "When a daemon that tells its supervisor sends READY=1, it listens where the "
                "scenario says, and its PID file holds a pid.",
        .how = "10 starts (3 with --quick) with a $NOTIFY_SOCKET of ours. When READY=1 has come, "
               "the addresses of the scenario and the PID file are looked at.",
        .why = "systemd starts what depends on the daemon at READY=1. What is not there yet then "
               "fails now and then, on a busy machine above all.",
        .source = "sd_notify(3); systemd#6632",
        .false_alarms = "An address of the scenario that another program serves. Not applicable "
                        "without --ready notify.",
        .cure = "sd_notify(0, \"READY=1\") after listen(2) and after the PID file."},
       start_notify},
      {"start.relative_paths",
       "D12",
       Severity::kFail,
       1,
       {},
       {.title = "started with a relative path it finds its configuration again",
        .what = "Where the command names the configuration by a relative path, SIGHUP reads it "
                "again as it does with the absolute path.",
        .how = "A start in {state} with ./NAME for the [[file]] that the command names; then "
               "SIGHUP. Whether the file is opened again is told by inotify(7). What goes wrong "
               "is tried once more with the absolute path.",
        .why = "A daemon that goes to / on its way into the background looks for its "
               "configuration there at the next SIGHUP. That is the night after logrotate was "
               "set up, and it ends, or never takes a change again.",
        .source = "chdir(2); daemon(7), SysV daemons, step 11",
        .false_alarms = "Not applicable where it refuses relative paths, or does not read the "
                        "file again at SIGHUP.",
        .cure = "realpath(3) of each path in the arguments, before chdir(2)."},
       start_relative_paths},
      {"start.foreground",
       "D13",
       Severity::kFail,
       1,
       {},
       {.title = "in the foreground it is the process that was started",
        .what = "A daemon in the foreground does not fork away, and does not exit with 0 when a "
                "child of it is killed.",
        .how = "Which process is the main one (PID file, MAINPID=), and whether the one that was "
               "started lives. Then SIGKILL to its children, where it has some: it has 1 s to "
               "say what it makes of that (500 ms with --quick).",
        .why = "Supervisors (systemd, runit, s6, Kubernetes) signal the process that they started, "
               "and start it again when that fails. One that is not the daemon, or says 0 after "
               "a crash, is outside their care.",
        .source = "daemon(7), new-style daemons; s6: how to run a daemon; systemd.service(5) "
                  "Restart=on-failure",
        .false_alarms = "A shell before the daemon in the command is a warning: exec it. Not "
                        "applicable in the background, unless it was told to stay "
                        "(--foreground and the like).",
        .cure = "No fork(2) in the foreground. A parent that only waits passes the status on: "
                "exit with that of the child, 128 + n where signal n killed it."},
       start_foreground},
      {"start.hangup",
       "D15",
       Severity::kFail,
       1,
       {},
       {.title = "it outlives the terminal from which it was started",
        .what = "A daemon in the background goes on when the terminal in which somebody started "
                "it is closed.",
        .how = "A shell that leads a session with a pseudo-terminal starts the daemon and stays. "
               "When that is ready the terminal is closed, which ends the shell; the daemon's "
               "processes have 1 s (300 ms with --quick) to end too.",
        .why = "An administrator restarts it by hand, logs out, and the service is gone.",
        .source = "setsid(2), tty_ioctl(4); credentials(7): hang-up sends SIGHUP",
        .false_alarms = "None known. Not applicable in the foreground.",
        .cure = "setsid(2) after the first fork; or ignore SIGHUP, as nohup(1) does, where there "
                "is no reload."},
       start_hangup},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
