// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"

namespace watertight::rehearsals {

std::span<const Check> shutdown_afterwards_checks() {
  static constexpr Check kTable[] = {
      {"shutdown.restart",
       "S22",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "it can be started again at once",
        .what = "A new instance gets ready right after the end of one that had clients.",
        .how = "SIGTERM while clients are connected, who close after the daemon: its side of the "
               "connections is in TIME_WAIT when the next instance starts in the same place.",
        .why = "Without SO_REUSEADDR bind(2) fails for a minute after every restart that had "
               "clients.",
        .source = "socket(7) SO_REUSEADDR; fcgiwrap#26",
        .false_alarms = "None known.",
        .cure = "Set SO_REUSEADDR before bind(2); remove a dead Unix socket before it."},
       shutdown_restart},
      {"shutdown.durable_term",
       "S23",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "what it has acknowledged is there after SIGTERM",
        .what = "No record that the daemon acknowledged is lost by SIGTERM and a new start.",
        .how = "--write stores records and prints the number of each that is acknowledged; SIGTERM "
               "while it does; a new instance in the same place; --verify prints what is there.",
        .why = "A restart must not cost what clients were told is safe.",
        .source = "fluentd#1985, fluent-bit#6265, zeph#6693: 127 to 939 lines lost a stop",
        .false_alarms = "A store that promises nothing, as a cache does.",
        .cure = "Write, and flush what stdio buffers, before you acknowledge; leave by exit(3), "
                "not by _exit(2)."},
       shutdown_durable_term},
      {"shutdown.durable_kill",
       "S24",
       Severity::kFail,
       4,
       {},
       {.title = "what it has acknowledged is there after SIGKILL",
        .what = "No record that the daemon acknowledged is lost by SIGKILL, and it starts again.",
        .how = "As shutdown.durable_term, with SIGKILL to all its processes at random moments of "
               "eight lives (three with --quick), some of them just after SIGTERM.",
        .why = "When the window is over comes SIGKILL, and the OOM killer does not ask.",
        .source = "leap#928; G. Candea, A. Fox: Crash-Only Software, HotOS 2003",
        .false_alarms = "A store that promises less: one that flushes now and then by design. What "
                        "the machine's own crash would cost is not looked at: that takes fsync(2).",
        .cure = "write(2) before you acknowledge; on start, cut off a last record that is not "
                "whole."},
       shutdown_durable_kill},
      {"shutdown.log_tail",
       "S25",
       Severity::kWarn,
       1,
       {.prompt_stop = true},
       {.title = "the last line of its log is whole",
        .what = "After SIGTERM what the daemon prints, and each *.log that it appends to, ends "
                "with a newline.",
        .how = "The stress for a tenth of a second, SIGTERM, and a look at the last byte. The "
               "evidence tells whether anything was said after SIGTERM.",
        .why = "The lines that tell why it ended are the ones that the buffer held.",
        .source = "zeek#4755; setvbuf(3): output to a file is buffered",
        .false_alarms = "A log in a format without lines.",
        .cure = "Flush the log at the end, or buffer it by line."},
       shutdown_log_tail},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
