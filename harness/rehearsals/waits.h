// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace watertight::rehearsals {

/// A thread that sleeps in a system call (`/proc/PID/task/TID/syscall`).
struct Wait {
  pid_t process = 0;
  pid_t thread = 0;
  std::string name;  ///< "accept4"
  std::string call;  ///< "accept4(0x3, 0x0, 0x0)"
};

/// Of all threads of these processes; none where that may not be looked at.
std::vector<Wait> waits_of(const std::vector<pid_t>& processes);

/// It sleeps in a call that sends: to a client that does not read, or a full disk or pipe.
bool is_writing(const Wait& wait);

/// It sleeps in a call that the kernel starts again after a handler with SA_RESTART (signal(7)).
bool is_restarted(const Wait& wait);

}  // namespace watertight::rehearsals
