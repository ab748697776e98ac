// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How a daemon that has something to clear away is stopped: SIGTERM and SIGINT are held from
/// its first line on, and taken where it waits. So neither comes between what it makes and the
/// means to remove it, and a second one does nothing.

/// SIGTERM and SIGINT wait from now on until somebody takes them.
void hold_stop_signals(void);

/// They end the process again, as they do by default; one that came meanwhile does so now.
void let_stop_signals_through(void);

/// Prints "ready".
void say_ready(void);

/// Says so, and returns when SIGTERM or SIGINT, which must be held, has come.
void wait_for_stop_signal(void);

/// True as soon as one of them, which must be held, comes; false when this time has passed without.
int stop_signal_comes_within(unsigned long milliseconds);

/// Work, and rest: the clean-up of the samples.
void use_cpu(unsigned long milliseconds);
void rest(unsigned long milliseconds);
