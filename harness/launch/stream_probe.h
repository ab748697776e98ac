// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/endpoint.h"
#include "posix/clock.h"
#include "posix/socket.h"
#include "posix/unique_fd.h"

#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// A client that tries an endpoint again and again and never blocks: each call goes one step
/// further. An attempt that leads nowhere within a second is given up for a new one.
class StreamProbe {
 public:
  explicit StreamProbe(const Endpoint& endpoint);

  /// True once a connection has been accepted (it is closed then).
  bool is_connected();

  /// The status of an answer to a GET; empty while there is none.
  std::optional<int> http_status();

 private:
  /// Connects, or goes on connecting; true while there is a connection.
  bool advance();
  void give_up();

  Endpoint endpoint_;
  std::vector<posix::SocketAddress> addresses_;
  std::size_t next_address_ = 0;
  posix::UniqueFd socket_;
  posix::SocketAddress connecting_to_;
  bool is_established_ = false;
  std::string unsent_;
  std::string answer_;
  posix::Deadline attempt_end_{posix::Clock::duration::zero()};
};

/// The status in the first line of an HTTP/1 answer; empty where it is not whole yet or no such
/// line. Pure.
std::optional<int> parse_http_status(std::string_view answer);

}  // namespace watertight::launch
