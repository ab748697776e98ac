// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"

namespace watertight::rehearsals {

std::span<const Check> shutdown_checks() {
  static constexpr Check kTable[] = {
      {"shutdown.idle",
       "S01",
       Severity::kFail,
       1,
       {},
       {.title = "an idle daemon ends on SIGTERM, inside the window",
        .what = "The main process of an idle daemon ends after SIGTERM, before SIGKILL would.",
        .how = "SIGTERM to the main process of up to ten fresh idle instances; the time from the "
               "signal to its end. As in every stop but a contended one, the time for which others "
               "on the machine kept it from a CPU (schedstat) is added to the window.",
        .why = "Init sends SIGKILL when the window is over, and what was not saved by then is "
               "lost.",
        .source = "M. Kerrisk, The Linux Programming Interface, 37.3; windows: each stop profile",
        .false_alarms = "A daemon whose stop signal is another one (SIGQUIT, SIGINT).",
        .cure = "Unblock SIGTERM, turn it into an event by signalfd(2), ppoll(2) or a self-pipe, "
                "and leave the loop."},
       shutdown_idle},
      {"shutdown.contended",
       "S06",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "it ends inside the window when everybody wants the CPU",
        .what = "SIGTERM ends the daemon inside the window while eight processes a CPU compete.",
        .how = "Competitors that spin and do not hear SIGTERM, each in a session of its own, for "
               "the time between SIGTERM and the end of fresh instances.",
        .why = "At shutdown all daemons clean up at once: five seconds of time are not five "
               "seconds of CPU.",
        .source = "M. Kerrisk, The Linux Programming Interface, 37.3; sched(7), autogroup",
        .false_alarms = "A machine whose CPU is shared with others, or limited by a cgroup.",
        .cure = "Do less between SIGTERM and exit: save as you go, and free nothing that the "
                "kernel frees anyway."},
       shutdown_contended},
      {"shutdown.broadcast",
       "S08",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "SIGTERM to all its processes at once ends them all",
        .what = "Whatever the order in which its processes get SIGTERM, all end inside the window.",
        .how = "SIGTERM to every process of fresh instances: main process first, children first "
               "with 2 ms between two signals, and SIGSTOP all, SIGTERM all, SIGCONT all.",
        .why = "Init signals every process, systemd every process of the cgroup. A master that "
               "sees its children die before its own SIGTERM replaces them, and nobody ends those.",
        .source = "systemd.kill(5) KillMode=control-group; killall5(8); react_on_rails#3882",
        .false_alarms = "A process that outlives the daemon on purpose, as a session of sshd does.",
        .cure = "Look for SIGTERM before replacing a child, and end the children that there are."},
       shutdown_broadcast},
      {"shutdown.during_start",
       "S09",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "SIGTERM ends it at any instant of its start",
        .what = "From the first instant on SIGTERM ends it, and it leaves nothing that a later "
                "SIGTERM would not leave.",
        .how = "SIGTERM to all processes of up to 60 fresh instances, at instants all over twice "
               "the time that a start takes.",
        .why = "A stop that meets a start hangs until SIGKILL, or leaves what keeps the next "
               "start from working.",
        .source = "replicate/cog#839, neutrinolabs/xrdp#3481, LinuxCNC#4506",
        .false_alarms = "Names that are random in every start, other than by digits, and stay by "
                        "design.",
        .cure = "Install the handler first; make files last, and remove them in one place."},
       shutdown_during_start},
      {"shutdown.repeated",
       "S10",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "a second signal does not harm a shutdown under way",
        .what = "SIGTERM or SIGINT while it is ending neither crashes it nor keeps it from ending.",
        .how = "A second signal 0.1, 1, 10 and 100 ms after SIGTERM to fresh instances.",
        .why = "Operators press Ctrl-C twice and supervisors repeat themselves; clean-up that runs "
               "twice frees twice.",
        .source = "cockroach#48070, mergify#1724",
        .false_alarms = "To end at once on the second signal is a policy: what it leaves is a "
                        "warning only.",
        .cure = "Let the handler set a flag, and clean up once, outside of it."},
       shutdown_repeated},
      {"shutdown.lost_signal",
       "S14",
       Severity::kFail,
       2,
       {.prompt_stop = true},
       {.title = "SIGTERM right before it waits is not lost",
        .what = "SIGTERM that comes after the daemon has looked at its flag, and before it waits, "
                "ends it as any other does.",
        .how = "All threads of an idle instance are stopped with ptrace(2) in the calls that they "
               "wait in, put before the instruction that makes the call, and let go with SIGTERM "
               "pending. Another instance gets it within its wait, for comparison. Late means that "
               "all rests as before, with the signal taken; within the window a warning.",
        .why = "It happens at one shutdown in many thousands: the handler sets the flag, the loop "
               "goes to sleep, and nobody wakes it before SIGKILL.",
        .source = "sigsuspend(2), select(2) on pselect; radvd#12, procServ#7, xrdp#3481",
        .false_alarms =
            "A daemon that goes back to the same wait on its way out is inconclusive, unless "
            "it ends just when that is over.",
        .cure = "Block SIGTERM and unblock it only for the wait: sigsuspend(2), ppoll(2), "
                "epoll_pwait(2); or make it readable: signalfd(2) or a self-pipe."},
       shutdown_lost_signal},
      {"shutdown.status",
       "S17",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "its exit status tells a clean end",
        .what = "After SIGTERM it exits with 0, or dies of a signal that init takes for clean.",
        .how = "The status that the guard, as child subreaper, reaps from the main process.",
        .why = "systemd shows a service that ended otherwise as failed, and restarts it.",
        .source = "systemd.service(5) SuccessExitStatus=; dictd#22, jellyfin#3182, traccar#4121",
        .false_alarms = "143, which a JVM makes of SIGTERM: a warning.",
        .cure = "Return 0 from main after a clean stop."},
       shutdown_status},
      {"shutdown.survivors",
       "S19",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "no process outlives the main one",
        .what = "200 ms after SIGTERM has ended the main process all others have ended too.",
        .how = "SIGTERM to the main process alone; the guard adopts whoever is left and knows.",
        .why = "A survivor keeps the port and the lock, and the next start fails.",
        .source = "mcphub#1030; systemd.kill(5) KillMode=process warns of it",
        .false_alarms = "Sessions that are to outlive the daemon (sshd).",
        .cure = "Tell the children to end and wait for them; PR_SET_PDEATHSIG for when you crash."},
       shutdown_survivors},
      {"shutdown.files_left",
       "S20",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "sockets and temporary files go with it",
        .what = "After a clean stop there is no socket, FIFO or temporary file of the daemon.",
        .how =
            "What is in {state} before and after, in TMPDIR above all, and the Unix sockets that "
            "it listened on. The PID file is lock.cleanup's.",
        .why = "Dead sockets make clients wait and the next bind(2) fail; temporary files fill "
               "the disk.",
        .source = "nginx#851, unix(7)",
        .false_alarms = "A FIFO or socket that is to stay for the next start.",
        .cure = "Unlink what you made, in one place that every way out passes."},
       shutdown_files_left},
      {"shutdown.ipc_left",
       "S21",
       Severity::kFail,
       1,
       {.prompt_stop = true},
       {.title = "shared memory goes with it",
        .what = "After a clean stop nothing of the shared memory that it used is left.",
        .how = "The POSIX and System V shared memory that its processes map, have open or created "
               "before SIGTERM, looked for afterwards.",
        .why = "Shared memory outlives every process and is never freed until the machine starts "
               "again.",
        .source = "shm_overview(7), shmctl(2); sglang#28089, dask#995",
        .false_alarms = "Segments kept on purpose for a fast restart.",
        .cure = "shm_unlink(3) or IPC_RMID as soon as everybody has attached."},
       shutdown_ipc_left},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
