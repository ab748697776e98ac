// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace watertight::guard {

/// Shared memory outlives its processes, and once they are dead nobody can tell whose it was. So it
/// is noted while they live (mappings and descriptors) or by its creator's pid (System V), and
/// removed when they are gone and nobody else uses it. With what was noted goes what differs from
/// it in the numbers of its name alone, has its owner, and is used by nobody, nor its kin. What
/// existed before the guard started is never touched.

/// Call once, at the start.
void start_shared_memory_notes();

/// A process that has been ours: what it created is ours.
void remember_creator(pid_t pid);

/// Readable when POSIX shared memory was made by anybody: note it soon, for its maker may let go of
/// it at once. inotify(7); -1 where there is none.
int watch_shared_memory();

/// Notes what every descendant has mapped or open now.
void note_shared_memory();

/// Removes what was noted and is not in use by anybody.
void remove_unused_shared_memory();

/// The shared memory that one line of /proc/PID/maps shows.
struct SharedMapping {
  enum Kind { kNone, kSystemV, kPosix } kind;
  int id;            ///< kSystemV: shmid (the inode of the mapping).
  const char* path;  ///< kPosix: points into the line.
};
/// Pure; `line` without its newline. Source: proc(5), ipc/shm.c.
SharedMapping parse_mapping(const char* line);

}  // namespace watertight::guard
