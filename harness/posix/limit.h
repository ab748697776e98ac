// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace watertight::posix {

/// What is limited.
enum class Resource {
  kDescriptors,   ///< RLIMIT_NOFILE: the number that follows the highest one it may open.
  kCoreSize,      ///< RLIMIT_CORE, bytes.
  kAddressSpace,  ///< RLIMIT_AS, bytes.
};

/// How much of it a process may use, as getrlimit(2) tells it.
struct Limit {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

/// Limits another process (prlimit(2)). Gives what held before; empty where the process is gone, or
/// is of other users or groups than ours (EPERM). Throws HarnessError.
std::optional<Limit> set_limit(pid_t pid, Resource resource, const Limit& limit);

/// What holds now; empty as above. Throws HarnessError.
std::optional<Limit> limit_of(pid_t pid, Resource resource);

}  // namespace watertight::posix
