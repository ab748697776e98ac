// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace watertight::cli {

/// From now on the first SIGINT, SIGTERM or SIGHUP is only noted; a second one kills this process
/// at once (the guard ends what it launched). What was ignored at the start (nohup(1)) stays
/// ignored. SIGPIPE and SIGXFSZ are ignored: neither a reader that goes away nor a file that may
/// not grow (ulimit -f) must leave a daemon behind, or take the other reports along.
void note_interruptions();

/// Number of the signal that was noted, or 0.
int interruption();

}  // namespace watertight::cli
