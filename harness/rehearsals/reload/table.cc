// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/reload/checks.h"

namespace watertight::rehearsals {

std::span<const Check> reload_checks() {
  static constexpr Check kTable[] = {
      {"reload.survives",
       "U01",
       Severity::kFail,
       1,
       {},
       {.title = "a reload costs neither pid nor lock nor listeners",
        .what = "After SIGHUP the daemon has the same main process, listens where it did, has its "
                "PID file and the lock on it, and answers.",
        .how = "5 times SIGHUP (3 with --quick) to the main process of an instance, each after it "
               "has fallen quiet. What is given up and taken again has 2 s.",
        .why = "logrotate and configuration tools send SIGHUP every night. A reload that fails "
               "then ends the daemon, or leaves one that serves nobody.",
        .source = "daemon(7): SIGHUP reloads the configuration; fcntl(2): closing any descriptor "
                  "of a file gives up its locks",
        .false_alarms = "Not applicable where SIGHUP ends it as it does by default, or is taken "
                        "for a stop. A configuration that changed meanwhile.",
        .cure = "Read the new configuration whole before the old one is dropped, and go on with "
                "the old one where that fails."},
       reload_survives},
      {"reload.no_growth",
       "U02",
       Severity::kFail,
       1,
       {},
       {.title = "reloads cost nothing",
        .what =
            "Descriptors, threads, processes, zombies, files, IPC objects, locks and watches do "
            "not grow with the number of reloads; mappings neither, as a warning.",
        .how = "24 times SIGHUP (10 with --quick), each after it has fallen quiet, after 6 that do "
               "not count. It fails with what grew in four of five reloads and has not come "
               "down by half 3 s after the last.",
        .why = "A reload a night, or one for each change of a generated configuration, and after "
               "some weeks it cannot open a file. It starts to fail long after the change that "
               "broke it.",
        .source = "haproxy#738, crowdsec#744, gunicorn#245, FreeRADIUS#1031; TLPI, 20.15",
        .false_alarms = "Old generations that live as long as their clients; none are connected "
                        "here. For memory use --stress signal:HUP with growth.heap.",
        .cure = "Close and free all of the old configuration once the new one is in use. The "
                "evidence names the descriptors."},
       reload_no_growth},
      {"reload.log_reopened",
       "U03",
       Severity::kFail,
       1,
       {},
       {.title = "it lets go of a log that was rotated",
        .what = "After its log was renamed and it was told, no process has the old one open.",
        .how =
            "Files below {state} that are called *.log, or lie in a folder log or logs, and that "
            "it only appends to are renamed, as logrotate does. Then SIGHUP, and SIGUSR1 where "
            "it has a handler for that. It has 5 s (3 s with --quick) for each.",
        .why = "It goes on writing to a file that logrotate compresses and removes: the messages "
               "are lost, and the disk fills up with a file that nobody can see.",
        .source = "logrotate(8); TLPI, 37.4: using SIGHUP to reinitialize a daemon",
        .false_alarms =
            "A log that is rotated by copying and truncating it (copytruncate), or by a "
            "command. Not applicable where SIGHUP is ignored or ends it.",
        .cure = "At SIGHUP open the log's path anew, then close the old descriptor: in all "
                "processes that have it."},
       reload_log_reopened},
      {"reload.bad_config",
       "U04",
       Severity::kFail,
       4,
       {},
       {.title = "a mistake in its configuration does not stop it",
        .what = "Told to read a configuration that makes no sense, it goes on with the one that it "
                "has: same process, same listeners, answers.",
        .how =
            "Its configuration is overwritten with what is none: the [[file]] with "
            "`configuration = true`, else the only one that the command names. Then SIGHUP. That "
            "it is opened again is told by inotify(7).",
        .why = "A typing error and a reload: a service that ran well is down, and does not start "
               "again either.",
        .source = "daemon(7): SIGHUP reloads the configuration; nginx(8): checks it first",
        .false_alarms = "Not applicable where it does not read the file again.",
        .cure = "Read and check the whole new configuration beside the old one, and replace that "
                "only where it is good. Log what was wrong with it, and where."},
       reload_bad_config},
      {"reload.old_ends",
       "U06",
       Severity::kWarn,
       1,
       {},
       {.title = "after a reload the old workers end",
        .what = "Where a reload starts new processes, those from before it end, when no client is "
                "connected to them.",
        .how = "SIGHUP to an instance that has processes beside the main one. When new ones have "
               "come, the old ones have 5 s (2 s with --quick). It fails where none of them has "
               "gone.",
        .why = "Each reload leaves a generation of workers, with its memory, its connections to "
               "the database and the old configuration, which some clients go on getting.",
        .source = "nginx: worker process is shutting down; haproxy#738",
        .false_alarms = "Workers that finish long work of their own. Not applicable where a reload "
                        "starts no new process.",
        .cure = "Tell the old workers to finish (close the listeners, end when idle), and give "
                "them a time limit as nginx does with worker_shutdown_timeout."},
       reload_old_ends},
      {"reload.no_gap",
       "U07",
       Severity::kWarn,
       4,
       {.answers = true},
       {.title = "no client is refused during a reload",
        .what = "From SIGHUP on there is always somebody who listens.",
        .how = "10 reloads (4 with --quick), each with connections to the first address of the "
               "stress every half millisecond for a tenth of a second. One that is refused "
               "(ECONNREFUSED) fails it.",
        .why = "Every change of the configuration costs some clients their connection: the error "
               "that nobody can explain, at the hour of the certificates.",
        .source = "listen(2), connect(2) ECONNREFUSED; teleport#1852",
        .false_alarms = "A gap that is shorter than half a millisecond is not seen.",
        .cure = "Keep the listening socket open over the reload; where the address changes, "
                "listen at the new one before the old one is closed."},
       reload_no_gap},
      {"reload.storm",
       "U05",
       Severity::kFail,
       1,
       {},
       {.title = "a storm of reloads ends in one that works",
        .what = "A thousand SIGHUPs within a second leave the daemon alive, with its listeners and "
                "its lock, and it answers.",
        .how =
            "1 000 times SIGHUP (300 with --quick), half a millisecond apart, to the main process "
            "of an instance. Then it has 10 s to fall quiet, and is asked.",
        .why = "Tools that generate configuration send a SIGHUP for each change. A reload that is "
               "interrupted by the next one meets its own half-made work.",
        .source = "signal-safety(7): a handler that reads a file and allocates; syslog-ng#1317",
        .false_alarms = "Not applicable where SIGHUP ends it as it does by default, or is taken "
                        "for a stop. Reloads that take longer than that, one after another.",
        .cure = "Let the handler set a flag; reload in the loop, once for all that came "
                "meanwhile."},
       reload_storm},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
