// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace watertight::cli {

/// From now on the first SIGINT, SIGTERM or SIGHUP is only noted; a second one kills this process
/// at once (the guard ends what it launched). What was ignored at the start (nohup(1)) stays
/// ignored. SIGPIPE is ignored: a reader that goes away must not leave a daemon behind.
void note_interruptions();

/// Number of the signal that was noted, or 0.
int interruption();

}  // namespace watertight::cli
