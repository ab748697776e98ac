// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file A daemon that waits for SIGHUP, which makes it read its configuration, and for SIGTERM or
/// SIGINT.

#include <signal.h>

/// Set by SIGTERM and SIGINT; what is pending is let in by the wait, and while it configures.
extern volatile sig_atomic_t is_to_end;

/// Says that it is ready; calls `configure` for SIGHUP; returns when it is to end.
void reload_until_told(void (*configure)(void));
