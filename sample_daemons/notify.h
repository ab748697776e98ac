// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tells the supervisor that the daemon is ready, as sd_notify(3) does; nothing without one.
void tell_ready(void);
