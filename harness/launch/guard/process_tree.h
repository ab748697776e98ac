// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace watertight::guard {

/// Visits every descendant of this process, zombies included, each as soon as it is seen, so that a
/// process which lives for microseconds (a chain of forks and exits) can be signalled while it
/// lasts.
///
/// Scans /proc in order of pid: a parent mostly comes before its children; who was missed, because
/// pids have wrapped around or a parent was just dying, is found by the next scan. No need for
/// CONFIG_PROC_CHILDREN. Returns how many were seen.
int for_each_descendant(void (*visit)(pid_t pid));

/// Sends a signal to every descendant, and to the process group of each, which the kernel does in
/// one step that no fork(2) escapes. Zombies are not left out: one whose main thread alone has
/// ended looks like a zombie and lives. Returns how many were seen.
int signal_descendants(int signal_number);

/// The parent in the text of /proc/PID/stat. Pure; -1 where the text is cut short.
pid_t parse_parent(const char* stat);

}  // namespace watertight::guard
