// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <filesystem>
#include <string>
#include <vector>

namespace watertight::launch {

/// Where instances wait that are to start in the same instant: a FIFO that they read until its
/// writer closes it. Its end opens it.
class Gate {
 public:
  /// Makes the FIFO, which goes with the folder that it is in. Throws HarnessError.
  explicit Gate(std::filesystem::path path);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() { open(); }

  /// A command that waits at the gate, then becomes `arguments`; `program` is where the first of
  /// them was found.
  std::vector<std::string> hold(const std::filesystem::path& program,
                                const std::vector<std::string>& arguments) const;

  /// Everybody who waits starts; who comes later does not wait.
  void open();

 private:
  std::filesystem::path path_;
  posix::UniqueFd writer_;
};

}  // namespace watertight::launch
