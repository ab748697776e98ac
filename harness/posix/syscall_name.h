// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace watertight::posix {

/// "epoll_wait" for the numbers of this architecture's calls that daemons wait in, "syscall 999"
/// for others (`/proc/PID/syscall` tells numbers).
std::string syscall_name(long number);

}  // namespace watertight::posix
