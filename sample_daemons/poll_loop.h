// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The classic loop: a handler that sets a flag, poll(2), and a look at the flag. What the
/// samples of it do their own way is how they wait, and when they end.

#include <poll.h>
#include <signal.h>

/// Set by SIGTERM and SIGINT once poll_serve() has begun.
extern volatile sig_atomic_t is_told;

/// What one daemon does its own way.
struct Loop {
  /// Waits as poll(2) does; default: poll(2), at most 200 ms, which a signal interrupts.
  int (*wait)(struct pollfd *descriptors, nfds_t count);
  /// Asked after every wait, of which `ready` is the result; default: once the flag is set.
  int (*is_over)(int ready, nfds_t clients);
};

/// Serves every client of the listener, a line with a line; then closes all sockets, the listener's
/// too.
void poll_serve(int listener, struct Loop loop);

/// For is_over(): from now on nobody new comes in.
void close_the_door(void);

/// For is_over(): milliseconds since it was first asked when the flag was set.
unsigned long time_since_told(void);
