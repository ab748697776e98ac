// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace watertight::blame {

/// Walks the stacks of a process whose threads stand still under ptrace(2), by the tables in its
/// own files: no debug information is asked for. To be used by the thread that traces it.
class Unwinder {
 public:
  explicit Unwinder(pid_t pid);
  ~Unwinder();
  Unwinder(const Unwinder&) = delete;
  Unwinder& operator=(const Unwinder&) = delete;

  /// Return addresses, innermost first; where the thread itself is stands as if it were one, which
  /// is one byte further. As many as could be found, which may be none.
  std::vector<std::uint64_t> unwind(pid_t tid, std::size_t most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watertight::blame
