// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/checks.h"

namespace watertight::rehearsals {

std::span<const Check> limits_checks() {
  static constexpr Check kTable[] = {
      {"limits.emfile",
       "R20",
       Severity::kFail,
       1,
       {.answers = true},
       {.title = "out of descriptors it rests, and recovers",
        .what =
            "While it can open no descriptor (EMFILE) it neither spins nor ends, and it answers "
            "again when it can.",
        .how = "The limit of the running daemon is set to what it has open (prlimit(2)), and "
               "clients come for 3 s (1.2 s with --quick). A thread spins that wants the CPU for "
               "80 % of that time. Then the limit goes back, and it is asked.",
        .why = "A listener with a client that cannot be accepted stays readable: the loop turns "
               "without end, with a full CPU and as many lines of log as fit the disk.",
        .source = "accept(2) EMFILE; libuv#690, nanomsg#152, ranch#36",
        .false_alarms = "A daemon that spins for its throughput always; one that ends on purpose "
                        "to be started again.",
        .cure = "On EMFILE leave the listener alone for a while (10 to 500 ms), or until a "
                "client has gone."},
       limits_emfile},
      {"limits.baseline_return",
       "R19",
       Severity::kFail,
       4,
       {.answers = true},
       {.title = "when its clients have gone it holds what it held before",
        .what = "After a burst of clients, descriptors, threads, processes, zombies, sockets that "
                "the peer has closed, locks and watches come down to what they were.",
        .how = "Bursts of clients, 16 of whom hold their connections at a time where it has a "
               "stream socket. After each, when all have gone, it has 1 s (500 ms with --quick) to "
               "come down to what it held at rest before. It fails with what grew in five "
               "bursts in a row, after a first one that does not count.",
        .why = "A steady load never shows it: what is made for a rush of clients and not taken "
               "back adds up from rush to rush, until a limit is reached on the busiest day.",
        .source = "FreeRADIUS#1031; TLPI, chapter 63: servers that scale",
        .false_alarms = "A pool that grows for more than five bursts; one that comes down later: "
                        "memory is left to growth.rss and growth.heap for that reason.",
        .cure = "Look at the evidence for the kind. Give back at the hang-up of a client what it "
                "was given at its accept(2)."},
       limits_baseline_return},
      {"limits.anon_inodes",
       "R06",
       Severity::kFail,
       1,
       {.answers = true},
       {.title = "epolls, timers and events go with their clients",
        .what = "After a burst of clients it holds no more descriptors without a file than "
                "before: epoll, eventfd, timerfd, signalfd, inotify, pidfd, io_uring.",
        .how = "As limits.baseline_return, by the kernel's name for each kind "
               "(/proc/PID/fd).",
        .why = "Such a descriptor has no name that a person would see in lsof and no peer that "
               "closes it; a library makes one for each loop or timer, and only its owner knows.",
        .source = "epoll_create(2), timerfd_create(2), eventfd(2); gunicorn#245",
        .false_alarms = "A runtime that makes a loop for each of many threads, until all of them "
                        "have one.",
        .cure = "close(2) the timerfd or eventfd where its connection is closed; one epoll and one "
                "timer for all connections."},
       limits_anon_inodes},
      {"limits.headroom",
       "R02",
       Severity::kWarn,
       1,
       {.answers = true},
       {.title = "it is far from its descriptor limit",
        .what = "With 16 clients no process of it uses 80 % of the descriptors that it may open.",
        .how = "The descriptors of each process (/proc/PID/fd) and its soft RLIMIT_NOFILE, with 16 "
               "clients who hold their connections where it has a stream socket.",
        .why = "What is left is the number of clients that it can serve. At the limit accept(2) "
               "fails, and so does the log that would tell.",
        .source = "getrlimit(2) RLIMIT_NOFILE; TLPI, 36.3",
        .false_alarms = "A daemon that opens its descriptors beforehand, all of them.",
        .cure = "Raise the soft limit to the hard one at the start (setrlimit(2)), or "
                "LimitNOFILE= in its unit."},
       limits_headroom},
      {"limits.enomem",
       "R21",
       Severity::kWarn,
       1,
       {.answers = true},
       {.title = "out of memory it refuses a client, and lives",
        .what = "While it gets no more memory (ENOMEM) it neither ends nor spins, and it answers "
                "again when it does.",
        .how = "The address space of all its processes is limited to what they have and 1 MiB "
               "(prlimit(2), RLIMIT_AS), and clients come for 2.5 s (1.2 s with --quick). Then the "
               "limit goes back, and it is asked.",
        .why = "One large request ends the service for all others.",
        .source = "malloc(3), mmap(2) ENOMEM",
        .false_alarms = "Runtimes that end on purpose when memory is out (Go, Rust, glib). Not "
                        "applicable where its clients need no memory that it has not got.",
        .cure = "Look at what malloc(3) and mmap(2) return; answer that client with an error, "
                "free what it had, and go on."},
       limits_enomem},
      {"limits.enospc",
       "R22",
       Severity::kWarn,
       3,
       {.answers = true},
       {.title = "on a full disk it refuses a client, and lives",
        .what = "While its disk is full (ENOSPC) it neither ends nor spins, and it answers again "
                "when there is room.",
        .how = "As root, in a mount namespace of its own, where {state} is a small tmpfs. That is "
               "filled, clients come for 2.5 s (1.2 s with --quick), then there is room again, and "
               "it is asked.",
        .why = "Disks fill up at night, and are cleared in the morning. A daemon that ended, or "
               "never writes again, needs somebody who notices.",
        .source = "write(2) ENOSPC",
        .false_alarms = "A database that stops on purpose before it loses anything. Not applicable "
                        "where its clients write nothing below {state}.",
        .cure = "Look at what write(2), fflush(3) and fclose(3) return; answer with an error, "
                "cut off what was written in part, and try again with the next client."},
       limits_enospc},
      {"limits.fork_eagain",
       "R23",
       Severity::kWarn,
       3,
       {.answers = true},
       {.title = "without another process it refuses a client, and lives",
        .what = "While it can start no process or thread (EAGAIN) it neither ends nor spins, and "
                "it answers again when it can.",
        .how = "RLIMIT_NPROC of all its processes is set to 0 (prlimit(2)), and clients come for "
               "2.5 s (1.2 s with --quick). Then the limit goes back, and it is asked.",
        .why = "Another service of the same user, or the limit of a container, takes the last "
               "process: the daemon that calls fork(2) in a loop takes the CPU with it.",
        .source = "fork(2), pthread_create(3) EAGAIN; getrlimit(2) RLIMIT_NPROC",
        .false_alarms = "Not applicable where it runs as root, whom the limit does not hold, or "
                        "needs no process to answer.",
        .cure = "On EAGAIN answer with an error, or wait some 100 ms before the next try; never "
                "exit."},
       limits_fork_eagain},
      {"limits.log_growth",
       "R17",
       Severity::kWarn,
       1,
       {},
       {.title = "it does not flood its log",
        .what = "With nobody there it writes at most 4 KiB a second to any log; while it can open "
                "no descriptor at most 256 KiB.",
        .how = "The sizes of the files that its processes append to, what it prints among them, "
               "over 1 s (400 ms with --quick) of rest, and of clients at EMFILE.",
        .why = "An error that comes back with each turn of a loop writes the disk full within "
               "minutes, and the first line, which says what happened, is rotated away.",
        .source = "pg_doorman#262, wazuh#821; syslog-ng: suppress()",
        .false_alarms = "A level of logging for developers. Not applicable where what it prints "
                        "goes to a pipe or to syslog.",
        .cure = "Log a state when it changes; of lines that repeat write the first, and then a "
                "count once a minute."},
       limits_log_growth},
      {"limits.idle_cost",
       "R18",
       Severity::kWarn,
       1,
       {},
       {.title = "when nobody asks it rests",
        .what = "After clients have come and gone it takes at most 5 % of a CPU, and wakes up at "
                "most 200 times a second.",
        .how = "64 operations, polite ones and those of clients who close early, reset or "
               "half-close; then 2 s (500 ms with --quick) without. CPU time and voluntary context "
               "switches of all threads (/proc/PID/task).",
        .why = "A connection that was closed and is polled all the same turns the loop without "
               "end: one CPU for each such daemon, and a battery that does not last the day.",
        .source = "poll(2): POLLHUP and POLLERR are told whether asked for or not; epoll(7)",
        .false_alarms = "A daemon that works on its own: a game server, a poller, one that cleans "
                        "up after its clients for longer than a second.",
        .cure = "On end of file, EPOLLHUP or an error of a socket close it, and take it off the "
                "list."},
       limits_idle_cost},
      {"limits.cloexec",
       "R24",
       Severity::kWarn,
       1,
       {},
       {.title = "the programs that it runs get none of its descriptors",
        .what = "No other program among its processes has a file, socket or pipe of the main "
                "process above the standard streams.",
        .how = "For 400 ms of the stress the descriptors of processes that run another program "
               "than the main one are compared with those of the main one.",
        .why = "A helper that outlives the daemon keeps its port or its lock, and no restart "
               "works; a helper of less trust reads what it was never given.",
        .source = "open(2) O_CLOEXEC, socket(2) SOCK_CLOEXEC; CERT FIO22-C",
        .false_alarms = "A descriptor that is passed on with a purpose, as a pipe to a filter. Not "
                        "applicable where it was not seen to run a program.",
        .cure = "O_CLOEXEC and its like with every open(2), socket(2), accept4(2) and pipe2(2); "
                "fcntl(2) afterwards comes too late for another thread."},
       limits_cloexec},
      {"limits.kernel_side",
       "R16",
       Severity::kWarn,
       1,
       {.answers = true},
       {.title = "timers and signals do not pile up in the kernel",
        .what = "After a burst of clients it has no more POSIX timers and pending signals than "
                "before.",
        .how = "As limits.baseline_return, with /proc/PID/timers and the pending signals of "
               "/proc/PID/status.",
        .why = "What timer_create(2) made is in no count of descriptors or memory. Each takes a "
               "place in the queue of signals of its user; when that is full, timers and "
               "sigqueue(3) fail for all processes of that user.",
        .source = "timer_create(2); getrlimit(2) RLIMIT_SIGPENDING",
        .false_alarms = "None known.",
        .cure = "timer_delete(2) when the client has gone; or one timer for all of them."},
       limits_kernel_side},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
