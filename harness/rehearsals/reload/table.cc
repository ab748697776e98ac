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
