// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/unique_fd.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watertight::posix {

/// One end of a SOCK_SEQPACKET socketpair between us and a program of ours: whole messages, and
/// descriptors with them (SCM_RIGHTS, unix(7)).
class ControlSocket {
 public:
  struct Message {
    std::string bytes;
    std::vector<UniqueFd> descriptors;
  };

  /// Our end, and the one for the other process. Throws HarnessError.
  static std::pair<ControlSocket, UniqueFd> make();

  /// Throws HarnessError: EPIPE where the other end is closed.
  void send(std::string_view bytes, const std::vector<int>& descriptors = {}) const;

  /// The next message, of at most 4096 bytes and 8 descriptors; empty at the deadline.
  /// Throws HarnessError: ECONNRESET where the other end is closed.
  std::optional<Message> receive(const Deadline& deadline) const;

  /// Waits until receive() would not wait; false at the deadline.
  bool wait_until_readable(const Deadline& deadline) const;

 private:
  explicit ControlSocket(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// A file that exists only in memory and holds `bytes` (memfd_create(2)). Throws HarnessError.
UniqueFd make_memory_file(const char* name, std::string_view bytes);

}  // namespace watertight::posix
