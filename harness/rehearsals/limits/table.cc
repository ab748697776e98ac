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
  };
  return kTable;
}

}  // namespace watertight::rehearsals
