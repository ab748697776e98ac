// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace watertight::posix {

/// Eight bytes of another process's memory (process_vm_readv(2)), which goes on meanwhile. Empty
/// where there is nothing, or we may not look.
std::optional<std::uint64_t> read_word_of(pid_t pid, std::uint64_t address);

}  // namespace watertight::posix
