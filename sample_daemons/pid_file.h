// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

/// \file A PID file that lets one instance run, held as it should be. lock_reference takes all of
/// it; each other lock_* sample does one step its own way.

/// Opens the file, or makes it: never through a symbolic link, and closed in whatever is executed.
/// Ends the process on failure.
int open_pid_file(const char *path);

/// True where the path still names the file that is open. The holder before us may have removed it
/// between our open() and our lock.
int is_named(int file, const char *path);

/// The file, locked, as the path names it now; -1 where another process holds the lock. The lock is
/// one of flock(2): it belongs to the open file, so neither fork() nor close() elsewhere loses it.
/// Ends the process on failure.
int lock_pid_file(const char *path);

/// Puts the pid and a newline where the content was. Ends the process on failure.
void write_pid(int file, pid_t pid);

/// At the end of the process the file goes, while it is locked still, unless the path names another
/// file by then.
void remove_at_exit(int file, const char *path);

/// The pid in the file. A holder may have locked and not yet written: waits a tenth of a second
/// while the file is empty. 0 where it names none.
pid_t read_pid(const char *path);

/// The loser's part: says who holds the lock and ends the process with 1.
_Noreturn void give_way(const char *path);

/// All of it: this process is the one instance when it returns.
void hold_pid_file(const char *path);
