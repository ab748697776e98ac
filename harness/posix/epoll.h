// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/unique_fd.h"

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

namespace watertight::posix {

/// Waits for many descriptors at once (epoll(7)). Owns none of them: closing a descriptor that was
/// never duplicated takes it off the list.
class Epoll {
 public:
  Epoll();

  /// `events` as in epoll_ctl(2): EPOLLIN, EPOLLET, …; `token` comes back with each event.
  void add(const UniqueFd& fd, std::uint32_t events, std::uint64_t token);
  void remove(const UniqueFd& fd);

  /// What has happened, at most 64 events; empty after `timeout` or a signal. Valid until the next
  /// call.
  std::span<const epoll_event> wait(Clock::duration timeout);

 private:
  UniqueFd epoll_;
  std::array<epoll_event, 64> events_{};
};

}  // namespace watertight::posix
