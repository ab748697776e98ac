// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::launch {

/// The receiving end of sd_notify(3).
class NotifySocket {
 public:
  struct News {
    bool is_ready = false;          ///< READY=1
    std::optional<pid_t> main_pid;  ///< MAINPID=
    std::string status;             ///< STATUS=
  };

  /// A datagram socket that every user may write to, or one of an abstract name where the path is
  /// too long. Throws HarnessError.
  static NotifySocket open_at(const std::filesystem::path& path);

  /// What $NOTIFY_SOCKET is to be.
  const std::string& address() const { return address_; }

  /// All that has arrived so far.
  const News& read();

 private:
  NotifySocket(posix::UniqueFd fd, std::string address)
      : fd_(std::move(fd)), address_(std::move(address)) {}
  posix::UniqueFd fd_;
  std::string address_;
  News news_;
};

/// Adds what one datagram tells. Pure.
void parse_notification(std::string_view text, NotifySocket::News& news);

}  // namespace watertight::launch
