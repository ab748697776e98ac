// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// One System V object (`/proc/sysvipc/{shm,sem,msg}`).
struct IpcObject {
  enum class Kind { kSharedMemory, kSemaphores, kMessageQueue };
  Kind kind = Kind::kSharedMemory;
  int id = 0;
  std::int64_t key = 0;
  uid_t creator = 0;          ///< cuid
  pid_t creator_pid = 0;      ///< cpid; shared memory only, else 0
  std::uint64_t changed = 0;  ///< ctime, seconds
  auto operator<=>(const IpcObject&) const = default;
};
std::vector<IpcObject> parse_sysvipc(IpcObject::Kind kind, std::string_view text);
std::vector<IpcObject> read_sysvipc();

}  // namespace watertight::proc
