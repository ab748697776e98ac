// SPDX-License-Identifier: Apache-2.0
#include "posix/memory_of.h"

#include <sys/uio.h>

namespace watertight::posix {

std::optional<std::uint64_t> read_word_of(pid_t pid, std::uint64_t address) {
  std::uint64_t word = 0;
  const iovec here{&word, sizeof word};
  const iovec there{reinterpret_cast<void*>(address), sizeof word};
  if (::process_vm_readv(pid, &here, 1, &there, 1, 0) != static_cast<ssize_t>(sizeof word))
    return std::nullopt;
  return word;
}

}  // namespace watertight::posix
