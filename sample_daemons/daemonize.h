// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How a process becomes a daemon and tells who started it how that went.

/// Closes whatever the caller had open, the standard streams apart.
void close_inherited(void);

/// Puts /dev/null where the standard streams of the caller were.
void let_go_of_streams(void);

/// Forks twice and returns in the daemon, which has a session and a umask of its own. The process
/// that called ends with 0 once the daemon has called report_ready(), and with 1 where the daemon
/// ended before.
void daemonize(void);

/// Lets go of the caller: its terminal, its folder, and the process that waits. Where that was
/// ended meanwhile, SIGTERM, which must be held, comes next: nobody wants this daemon any more.
/// Does nothing where daemonize() was not called.
void report_ready(void);
