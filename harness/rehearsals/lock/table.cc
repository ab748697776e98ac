// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/table.h"

#include "rehearsals/lock/checks.h"

namespace watertight::rehearsals {
namespace {

constexpr Needs kFile{.pid_file = true};
constexpr Needs kFileAndStop{.pid_file = true, .prompt_stop = true};

constexpr Explanation kRacers{
    .title = "of several starts at once, exactly one instance stays",
    .what =
        "However many instances start in the same instant, one of them stays and the others "
        "give way.",
    .how =
        "8 instances (4 with --quick) wait at a gate, which then opens for all of them. Each has "
        "ports of its own and all share the PID file, so that the lock decides and not "
        "bind(2). When the number of those alive does not change any more, they are counted.",
    .why =
        "Two instances write the same files. That starts at boot, where a unit and a cron job "
        "both start the daemon, and is found weeks later in the data.",
    .source = "M. Kerrisk, The Linux Programming Interface, 55.6",
    .false_alarms =
        "A daemon that only its port keeps from running twice (redis, nginx), which is no use "
        "against a second instance with another configuration: leave --pid-file out, or "
        "--skip 'lock.*'.",
    .cure =
        "Open the PID file, lock it without waiting (flock LOCK_EX|LOCK_NB or F_OFD_SETLK), "
        "compare fstat(2) of the descriptor with stat(2) of the path, and end where the lock "
        "is taken. Looking first and writing then is two steps, and another start comes in "
        "between."};

constexpr Explanation kLoser{
    .title = "a second instance gives way, says so, and fails",
    .what = "A second instance ends within 5 s with an exit status other than 0.",
    .how =
        "A second instance is started while the first runs, with the same PID file and ports of "
        "its own. Exit status, time and output are looked at.",
    .why =
        "Exit status 0 tells init and the deployment that the new instance runs. It does not, "
        "and the old one goes on with the old configuration. One that waits for the lock hangs "
        "the script that started it.",
    .source = "daemon(7); https://github.com/thesharp/daemonize/issues/15",
    .false_alarms =
        "Init scripts have to return 0 where the daemon runs already (LSB): check the "
        "daemon, not the script. An instance that waits on purpose, as a hot standby.",
    .cure =
        "Lock without waiting (LOCK_NB, F_SETLK). Where that fails print the holder's pid to "
        "stderr and exit with 1; a daemon that forks reports it to its parent by a pipe, and "
        "the parent exits with 1."};

constexpr Explanation kLoserHarmless{
    .title = "an instance that gives way changes nothing",
    .what =
        "After a second instance gave way, the PID file has the inode, content, mode and owner "
        "that it had, Unix sockets are the same, and the first instance lives.",
    .how =
        "The PID file and all sockets in {state} are looked at before and after the start of a "
        "second instance.",
    .why =
        "A loser that empties or removes the file takes the pid away from everything that "
        "stops, reloads or watches the daemon by it; the third start finds no file, and two "
        "run.",
    .source = "open(2) O_TRUNC; https://github.com/knsd/daemonize/issues/20",
    .false_alarms = "A daemon that rewrites its PID file with other content while it runs.",
    .cure =
        "Open without O_TRUNC, lock, and only then ftruncate(2) and write. Register the "
        "clean-up that removes the file after the lock is yours."};

constexpr Explanation kContent{
    .title = "the PID file names the daemon's main process",
    .what =
        "The file begins with the decimal pid of a live process of the daemon, the one that "
        "holds the lock where there is one.",
    .how =
        "Up to 1 s after the daemon is ready the file is read and compared with the processes "
        "of the daemon.",
    .why =
        "Who stops the daemon by its PID file signals nobody, or a stranger to whom the pid "
        "was given since. The pid of the process before the fork is the usual mistake.",
    .source = "Filesystem Hierarchy Standard 3.0, 3.15 (/run)",
    .false_alarms =
        "More than a pid and a newline is told, not failed: PostgreSQL has eight "
        "lines.",
    .cure = "Write getpid() after the last fork, and a newline."};

constexpr Explanation kHeld{
    .title = "the running daemon holds the lock",
    .what =
        "A process of the running daemon holds a lock on the file that the path names now, or "
        "on another lock file.",
    .how =
        "The lock: lines of /proc/PID/fdinfo of all processes of the daemon are compared with "
        "the inode of the PID file. Where there is no lock a second instance is started, to "
        "see whether something else keeps it out.",
    .why =
        "A lock of F_SETLK is lost in fork(2), and by any close(2) of the file anywhere in the "
        "process. The daemon believes that it is alone; the next start runs beside it.",
    .source = "fcntl(2), Advisory record locking; https://github.com/zeromq/zbroker/issues/74",
    .false_alarms =
        "Daemons that keep others out by bind(2) or by the pid in the file are not "
        "applicable, not failed.",
    .cure =
        "Lock after the last fork, or use flock(2) or F_OFD_SETLK, which belong to the open "
        "file. Keep that descriptor open, and leave it out where all descriptors are closed."};

constexpr Explanation kNotInherited{
    .title = "the lock does not outlive the main process",
    .what =
        "After SIGKILL of the main process alone a new instance can start, whatever children "
        "are left.",
    .how =
        "SIGKILL to the main process, half a second for its children to notice, and a new start "
        "in the same place with ports of its own. The fdinfo of the children says who holds the "
        "lock. A daemon without children is asked whether its lock is closed on exec.",
    .why =
        "A worker or a script that inherited the descriptor of the lock keeps it for as long as "
        "it runs. The daemon is dead, and nothing can start it again.",
    .source =
        "https://github.com/knsd/daemonize/issues/39; "
        "https://github.com/MaterializeInc/materialize/issues/12050",
    .false_alarms =
        "Workers that share the lock on purpose so that no second daemon starts beside "
        "them.",
    .cure =
        "O_CLOEXEC on the lock's descriptor; close it in children that execute nothing, or let "
        "them end with their parent (prctl PR_SET_PDEATHSIG)."};

constexpr Explanation kCrashRecovery{
    .title = "it starts again after SIGKILL",
    .what =
        "After SIGKILL of all its processes, at any moment, the daemon starts again in the same "
        "place without help.",
    .how =
        "SIGKILL to everything, when it is ready and at moments on the way there; then a start "
        "in the same folder, which has to become ready. 11 kills (3 with --quick).",
    .why =
        "After a power cut or the OOM killer nobody is there to remove a stale PID file. The "
        "machine is up and the daemon is not.",
    .source =
        "https://github.com/linux-on-mac/mbpfan/issues/52; "
        "https://github.com/greenbone/ospd/pull/340",
    .false_alarms = "Daemons whose unit removes leftovers before each start: say so in setup.",
    .cure =
        "Let the lock decide and not the file: the kernel drops the lock with the process. "
        "Never O_EXCL. Remove a stale socket when the lock is yours."};

constexpr Explanation kPidReuse{
    .title = "it is not fooled by a pid that belongs to somebody else",
    .what =
        "A PID file that names a live process of another program does not keep the daemon from "
        "starting, and that process gets no signal.",
    .how =
        "The PID file is made to hold the pid of a sleep(1) of ours; then the daemon is started "
        "and has to become ready.",
    .why =
        "After a crash or a reboot the pid in the file belongs to whoever got it next. "
        "kill(pid, 0) finds it alive, and the daemon refuses to start, or kills it.",
    .source = "https://github.com/rsyslog/rsyslog/issues/407",
    .false_alarms = "None known: daemons that compare /proc/PID/exe or the start time pass.",
    .cure = "Do not read the pid to decide: lock the file. A crash gives the lock back."};

constexpr Explanation kUnlinkRaceStop{
    .title = "it holds its lock until the PID file is removed",
    .what =
        "An instance that ends gives up its lock only after it has removed the file: a start in "
        "between gives way, and does not lock a file that is then removed.",
    .how =
        "SIGTERM; with ptrace(2) the instance is held at the entry of the unlink(2) or rename(2) "
        "of its PID file. A second one starts meanwhile. Where that stays the first goes on, a "
        "third one starts, and those that run are counted.",
    .why =
        "Who closes the file first gives the lock away and then removes the file of the next one: "
        "that runs with a lock that nobody can find, and a second beside it.",
    .source = "FreeBSD flopen(3); https://github.com/wolph/portalocker/issues/115",
    .false_alarms =
        "None known. A daemon that never removes its PID file, or locks none, is not applicable.",
    .cure =
        "unlink(2) while the file is locked, and let the end of the process unlock it; or never "
        "remove it."};

constexpr Explanation kUnlinkRaceStart{
    .title = "it looks whether the file that it locked is still the PID file",
    .what =
        "An instance that locks a PID file which has been removed since it opened it does not "
        "believe that it is alone.",
    .how =
        "With ptrace(2) a second instance is held between its open(2) and its lock. The first one "
        "ends and removes the file; the second goes on; a third one starts, and those that run "
        "are counted.",
    .why =
        "At a restart the new instance opens the file of the old one just before that removes it. "
        "Its lock is then on a file without a name, and the next start finds none and makes a "
        "second instance.",
    .source = "FreeBSD lib/libutil/flopen.c: changed under our feet",
    .false_alarms =
        "None known. A daemon that never removes its PID file, or locks none, is not applicable.",
    .cure =
        "After locking compare fstat(2) of the descriptor with stat(2) of the path, and begin "
        "again "
        "where they differ."};

constexpr Explanation kEmptyWindow{
    .title = "who meets the lock before there is a pid names no wrong one",
    .what =
        "An instance that gives way while the winner has locked the PID file and not yet written "
        "to it tells no pid that is none, and does not take the file for a stale one.",
    .how =
        "With ptrace(2) an instance is held at the exit of the call that locks its PID file. "
        "Another one starts; its output is searched for a pid that is empty, 0, negative or no "
        "number of a process.",
    .why =
        "Scripts and people signal the pid that they are told: kill 0 and kill -1 reach far more "
        "than the daemon.",
    .source = "FreeBSD pidfile(3), which tries again for 100 ms; kill(2)",
    .false_alarms = "Output that says pid of something else.",
    .cure =
        "Where the file is empty read again for a tenth of a second, and then say that it runs "
        "without a pid."};

constexpr Explanation kHandover{
    .title = "a start during a stop never makes two",
    .what = "While one instance ends others start: when all is quiet, at most one is left.",
    .how =
        "SIGTERM to the instance that runs, while one start is timed to reach the lock at some "
        "point between SIGTERM and exit, swept over that time and about the moment at which the "
        "lock is given away, and another follows the exit. "
        "Then the instances that stay are counted. Repeated for 5 s (0.8 s with --quick), 24 to "
        "400 times.",
    .why =
        "Closing the PID file before removing it gives the lock away: a start in between locks "
        "a file that is then removed, and the next start makes a new one. So does a lock that "
        "is not checked against the path. A restart is just this moment.",
    .source = "FreeBSD flopen(3): the file may have changed under our feet",
    .false_alarms = "Two processes during a binary upgrade on purpose.",
    .cure =
        "Remove the file while it is locked, and let the end of the process unlock it. After "
        "locking compare fstat(2) with stat(2) of the path, and begin again where they differ. "
        "Or never remove the file."};

constexpr Explanation kCleanup{
    .title = "the PID file goes with the daemon",
    .what = "After SIGTERM and a clean end the PID file is gone.",
    .how = "SIGTERM to a fresh instance; then the path is looked at.",
    .why =
        "A file that stays names a pid that will be another's. Scripts that read it signal a "
        "stranger.",
    .source = "daemon(7), SysV daemons, step 15 and shutdown",
    .false_alarms =
        "A file that is kept unlocked on purpose: who never removes it has no race "
        "about it. --skip lock.cleanup.",
    .cure = "On SIGTERM remove the file while it is still locked."};

constexpr Explanation kRemovesOnlyOwn{
    .title = "it removes only its own PID file",
    .what =
        "At its end the daemon leaves alone a PID file that another instance has put in place "
        "of its own.",
    .how =
        "While the daemon runs another file, with the pid of a sleep(1) of ours, is moved over "
        "the path; SIGTERM; that file has to be there, unchanged.",
    .why =
        "After an upgrade or a hand-over the file names the new instance. The old one, which "
        "ends last, takes it away: nothing finds the new one any more, and a third can start.",
    .source = "https://github.com/pmem/vltrace/pull/12",
    .false_alarms = "None known.",
    .cure = "Before unlink(2) compare fstat(2) of your descriptor with stat(2) of the path."};

constexpr Explanation kPermissions{
    .title = "nobody else can write the PID file",
    .what =
        "Group and others may not write the file nor replace it in its folder; root or the "
        "daemon's user owns it.",
    .how = "Mode and owner of file and folder, while the daemon runs.",
    .why = "Root signals the pid in the file. Who can write it chooses which process root kills.",
    .source = "CVE-2017-11747 (tinyproxy); systemd refuses such PID files",
    .false_alarms = "A umask of 002 where each user has a group of its own.",
    .cure =
        "open(2) with mode 0644 and a umask of 022, in a folder of root or of the daemon; write "
        "the file before giving up root."};

constexpr Explanation kSymlink{
    .title = "it does not follow a symbolic link at the PID file's path",
    .what = "A symbolic link at the path does not make the daemon change the file behind it.",
    .how =
        "A link to a file in {state} is put at the path, then the daemon is started. It may "
        "refuse to; the file has to be unchanged.",
    .why =
        "In a folder where others may make files the link leads to whatever they want to be "
        "overwritten by root.",
    .source = "CWE-59; CVE-2020-14367 (chrony)",
    .false_alarms = "Where only root can write to the folder nobody can plant a link.",
    .cure = "O_NOFOLLOW, or a folder that is the daemon's own."};

constexpr Explanation kLocation{
    .title = "the PID file is not where everybody may make files",
    .what =
        "The PID file is not directly in /tmp, /var/tmp, /dev/shm or another folder that all "
        "may write to.",
    .how = "Mode of its folder.",
    .why =
        "Whoever is first makes the file, a link, or a folder of that name: the daemon does not "
        "start, or writes elsewhere.",
    .source = "CWE-377; daemon(7)",
    .false_alarms = "None known. A path in {state} is not judged: that folder is private.",
    .cure = "/run/NAME/, or $XDG_RUNTIME_DIR for the daemon of a user."};

constexpr Explanation kUnwritable{
    .title = "without its PID file it does not run",
    .what = "A daemon that cannot make its PID file ends with an exit status other than 0.",
    .how =
        "The path is made a symbolic link into a folder that does not exist, so that not even "
        "root can make the file; then the daemon is started.",
    .why =
        "It runs, without a lock and unknown to everything that looks for it by its PID file: "
        "the next start runs beside it.",
    .source = "https://github.com/thesharp/daemonize/issues/15",
    .false_alarms =
        "Daemons for which the PID file is only a service to others, as redis: "
        "--skip lock.unwritable.",
    .cure =
        "Check open(2), write(2) and ftruncate(2); say what failed, on stderr, and exit with 1. "
        "Do it before reporting success to the parent."};

}  // namespace

std::span<const Check> lock_checks() {
  static constexpr Check kTable[] = {
      {"lock.racers", "L01", Severity::kFail, 1, kFile, kRacers, lock_racers},
      {"lock.loser", "L02", Severity::kFail, 1, kFile, kLoser, lock_loser},
      {"lock.loser_harmless", "L03", Severity::kFail, 1, kFile, kLoserHarmless,
       lock_loser_harmless},
      {"lock.content", "L04", Severity::kFail, 1, kFile, kContent, lock_content},
      {"lock.held", "L05", Severity::kFail, 1, kFile, kHeld, lock_held},
      {"lock.not_inherited", "L07", Severity::kFail, 1, kFile, kNotInherited, lock_not_inherited},
      {"lock.crash_recovery", "L08", Severity::kFail, 1, kFile, kCrashRecovery,
       lock_crash_recovery},
      {"lock.pid_reuse", "L09", Severity::kFail, 1, kFile, kPidReuse, lock_pid_reuse},
      {"lock.unlink_race_stop", "L11", Severity::kFail, 2, kFileAndStop, kUnlinkRaceStop,
       lock_unlink_race_stop},
      {"lock.unlink_race_start", "L12", Severity::kFail, 2, kFileAndStop, kUnlinkRaceStart,
       lock_unlink_race_start},
      {"lock.empty_window", "L22", Severity::kWarn, 2, kFile, kEmptyWindow, lock_empty_window},
      {"lock.handover", "L13", Severity::kFail, 1, kFileAndStop, kHandover, lock_handover},
      {"lock.cleanup", "L14", Severity::kWarn, 1, kFileAndStop, kCleanup, lock_cleanup},
      {"lock.removes_only_own", "L15", Severity::kFail, 1, kFileAndStop, kRemovesOnlyOwn,
       lock_removes_only_own},
      {"lock.permissions", "L16", Severity::kWarn, 1, kFile, kPermissions, lock_permissions},
      {"lock.symlink", "L17", Severity::kWarn, 1, kFile, kSymlink, lock_symlink},
      {"lock.location", "L18", Severity::kWarn, 1, kFile, kLocation, lock_location},
      {"lock.unwritable", "L20", Severity::kFail, 1, kFile, kUnwritable, lock_unwritable},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
