// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/life_checks.h"

namespace watertight::rehearsals {

std::span<const Check> lock_life_checks() {
  static constexpr Check kTable[] = {
      {"lock.survives_life",
       "L06",
       Severity::kFail,
       1,
       {.pid_file = true},
       {.title = "the lock lasts as long as the daemon",
        .what = "The lock that the daemon holds when it is ready it holds after work, reloads and "
                "a rest as well.",
        .how = "One instance rests, works (200 operations of the scenario's stress, 50 with "
               "--quick), is reloaded by SIGHUP three times where it takes notice of that, and "
               "rests. After each the fdinfo of its processes has to show the lock.",
        .why = "A lock of F_SETLK goes when the process closes any descriptor of the file: a "
               "status command that reads the PID file is enough, weeks after the start. From then "
               "on a second instance starts.",
        .source = "fcntl(2), Advisory record locking; haskell/unix#44, "
                  "transparency-dev/tessera#973",
        .false_alarms = "A reload that gives up the lock and takes it again within 2 s is not "
                        "failed.",
        .cure = "Use flock(2) or F_OFD_SETLK, which belong to the open file; read the pid from "
                "memory."},
       lock_survives_life},
      {"lock.garbage",
       "L10",
       Severity::kFail,
       1,
       {.pid_file = true},
       {.title = "it starts whatever its PID file holds",
        .what = "A PID file that is empty, full of NUL bytes, of a strange number or of rubbish "
                "neither keeps the daemon from starting nor makes it signal anybody.",
        .how = "Each of these is put at the path before a start. -1, 0 and 1, which kill(2) takes "
               "for every process, for a group and for init, are tried in a pid namespace, where "
               "root may make one; a sleep(1) in it must live. A warning where only what nobody "
               "leaves behind by accident (rubbish, 30 digits, CR and LF) is refused.",
        .why = "A full disk or a crash leaves an empty file: a daemon that takes it for another "
               "instance never starts again. One that takes -1 for a pid ends every process of "
               "the machine.",
        .source = "kill(2); osquery#2631, ospd-openvas#815, Net::Server (0 bytes: never starts)",
        .false_alarms = "None known. It may refuse a file that names a live process of its own.",
        .cure = "Let the lock decide, not the content. Where the content is read, take it for a "
                "pid only if all of it is one number above 1."},
       lock_garbage},
      {"lock.disk_full",
       "L19",
       Severity::kFail,
       3,
       {.pid_file = true},
       {.title = "without room for its pid it does not run",
        .what = "A daemon that cannot write its pid, because the disk is full, fails to start, and "
                "leaves nothing running.",
        .how = "In a mount namespace of its own the PID file is one on a full tmpfs; then the "
               "daemon is started. Exit status, processes, the file and the output are looked at. "
               "A warning where it runs with an empty file and says so. Takes root.",
        .why = "The file is there and empty: who stops or watches the daemon by it finds nobody, "
               "and a script with kill $(cat file) does something else. The next start may run "
               "beside it.",
        .source = "write(2) ENOSPC, close(2); wazuh#821, keepalived#1292, mikopbx/Core#1051",
        .false_alarms = "Daemons for which the PID file is only a service to others. What is said "
                        "by syslog alone is not seen here.",
        .cure = "Check write(2), and close(2) or fclose(3), of the PID file; say what failed, end "
                "the children, exit with 1."},
       lock_disk_full},
      {"lock.file_removed",
       "L21",
       Severity::kInfo,
       1,
       {.pid_file = true},
       {.title = "one instance, even if somebody removes the PID file",
        .what = "After its PID file has been removed the daemon notices, or a second instance "
                "gives way all the same.",
        .how = "The file of a running instance that holds a lock on it is removed; 1.5 s later a "
               "second one is started, with ports of its own.",
        .why = "A cleaner of old files or an over-eager script removes the file; its lock keeps "
               "nobody out any more.",
        .source = "PostgreSQL looks after its postmaster.pid once a minute, and ends without it",
        .false_alarms = "Inherent in locks on files, and so for information only. Who looks once "
                        "a minute is not waited for.",
        .cure = "Compare fstat(2) of the descriptor with stat(2) of the path now and then; or "
                "keep the lock on a file that nobody cleans, as in /run."},
       lock_file_removed},
      {"lock.without_file",
       "L23",
       Severity::kFail,
       1,
       {},
       {.title = "a second instance does not take the address of the first",
        .what = "A second start at the same addresses ends, and the first instance is still "
                "reached at each of them.",
        .how = "A second instance is started with the same ports and the same {state}. The inodes "
               "of the sockets of the first must be the same afterwards, and it must answer.",
        .why = "unlink(2) before bind(2) takes the path of a Unix socket from an instance that "
               "lives: it runs on, and no client finds it again.",
        .source = "unix(7); katzenpost#1116",
        .false_alarms = "Servers that share a port by SO_REUSEPORT are told, for information; one "
                        "that waits for its address is a warning.",
        .cure = "Before the unlink(2) connect(2) to the path: only where that is refused "
                "(ECONNREFUSED) nobody lives there. Or hold a lock beside the socket."},
       lock_without_file},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
