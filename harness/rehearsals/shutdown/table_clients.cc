// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"

namespace watertight::rehearsals {

std::span<const Check> shutdown_client_checks() {
  static constexpr Check kTable[] = {
      {"shutdown.busy",
       "S02",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "a busy daemon ends on SIGTERM, inside the window",
        .what = "SIGTERM ends the daemon inside the window while the stress is at work.",
        .how = "The scenario's own stress, as fast as it goes or as --rate says, before SIGTERM to "
               "the main process of fresh instances and until their end.",
        .why = "Daemons are stopped while they have work: a loop that looks at its flag only when "
               "it is idle never does.",
        .source = "fluentd#1985, simpleflow#205",
        .false_alarms = "One that drains by design and takes longer than the window: give it the "
                        "window that its supervisor gives.",
        .cure = "Look for SIGTERM once a turn of the loop, not only when there is nothing to do."},
       shutdown_busy},
      {"shutdown.input_ready",
       "S03",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "it sees SIGTERM while its input never runs dry",
        .what = "SIGTERM ends the daemon though whenever it looks some descriptor is readable.",
        .how = "12 clients send the stress's requests without waiting for answers, more than the "
               "buffers take, and come again when they are hung up on. A pass counts only where "
               "the input did not run dry before the end.",
        .why = "ppoll(2), pselect(2) and epoll_pwait(2) let a signal in only while they wait: "
               "where input is there they return at once, and SIGTERM stays pending for good.",
        .source = "ttyplot#142, cyrus-imapd#5309; fs/select.c, do_sys_poll",
        .false_alarms = "One that answers all that it has been sent before it ends, which a client "
                        "that goes on sending keeps alive.",
        .cure = "Give SIGTERM a descriptor of its own (signalfd(2), a self-pipe) and look at it "
                "first; with ppoll(2), unblock the signal for a moment in every turn."},
       shutdown_input_ready},
      {"shutdown.held_client",
       "S04",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "it does not wait for clients who stay",
        .what = "SIGTERM ends the daemon inside the window while clients are connected who say "
                "nothing.",
        .how = "Clients at every stream socket that it listens on: silent ones, and ones that had "
               "an answer. Where it outlives the window: is a new client served, does it end when "
               "they leave, or at a second SIGTERM.",
        .why = "One connection that is kept alive makes every stop a SIGKILL, 90 s later under "
               "systemd.",
        .source = "wai#853, actix-web#929, hasura#7785, mcphub#1030",
        .false_alarms = "A drain by design (PostgreSQL's smart shutdown): where it serves "
                        "no new client, and ends when the others have left or at a second SIGTERM, "
                        "it is a warning only.",
        .cure = "Close idle connections at SIGTERM, and give those at work a time limit shorter "
                "than the window."},
       shutdown_held_client},
      {"shutdown.stuck_reader",
       "S05",
       Severity::kFail,
       4,
       {.prompt_stop = true},
       {.title = "it does not hang in a write to a client that does not read",
        .what = "SIGTERM ends the daemon inside the window while a client asks and reads nothing.",
        .how = "A client with the smallest receive buffer sends requests until the daemon takes no "
               "more of them, or has taken 64 MiB.",
        .why = "A client that is suspended, or gone without a word, keeps a write waiting for "
               "minutes; SIGTERM has to wait with it.",
        .source = "mold#1582; send(2)",
        .false_alarms = "One that drains by design: a warning, unless a thread hangs in a write.",
        .cure = "Write without blocking, or with SO_SNDTIMEO, and drop what is unsent at the end."},
       shutdown_stuck_reader},
      {"shutdown.stops_accepting",
       "S26",
       Severity::kWarn,
       4,
       {.prompt_stop = true, .answers = true},
       {.title = "it takes no new work once it is told to end",
        .what = "A client that comes 0.1 s after SIGTERM is not served.",
        .how = "SIGTERM while a client is connected; where the daemon is there still when it has "
               "had time to notice, one more operation of each stress.",
        .why = "What is accepted on the way out is cut off, and a daemon that goes on accepting "
               "never gets done.",
        .source = "fluentd#1985",
        .false_alarms = "To serve for some seconds until the load balancer has noticed, as is "
                        "usual in Kubernetes: --skip shutdown.stops_accepting.",
        .cure = "Close the listening socket first."},
       shutdown_stops_accepting},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
