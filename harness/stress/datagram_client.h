// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/epoll.h"
#include "posix/socket.h"
#include "stress/driver.h"
#include "stress/expectation.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace watertight::stress {

/// What the clients of a udp server do.
struct DatagramPlan {
  std::string name{};  ///< For messages: `udp:127.0.0.1:53`.
  posix::SocketAddress address{};
  std::vector<std::string> send{};  ///< Datagrams, cycled; empty: one without content.
  std::string expect{};      ///< Regex that a good answer matches; empty: no answer is waited for.
  unsigned concurrency = 4;  ///< Operations in flight, a socket each.
  posix::Clock::duration timeout = std::chrono::milliseconds(200);  ///< Then an answer is lost.
};

/// Clients of a udp server. With `expect` an operation is a datagram and its answer. Without, it is
/// a datagram that was sent: the kernel drops what a slow daemon leaves in its queue, and nobody is
/// told; set `expect` or a pace where every operation has to reach the daemon.
class DatagramClient final : public Driver {
 public:
  /// Throws ScenarioError for a bad regex, HarnessError.
  explicit DatagramClient(DatagramPlan plan);

  std::uint64_t cycle() const override { return plan_.send.size(); }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  struct Slot {
    posix::UniqueFd socket;
    Answer answer;
    bool is_waiting = false;
    posix::Clock::time_point deadline;
  };

  void open(Slot& slot);
  void begin(Slot& slot);
  void receive(Slot& slot);
  void finish(Slot& slot);
  void fail(Slot& slot, const std::string& what);
  posix::Clock::time_point serve_clock(posix::Clock::time_point wake_up_at);

  const DatagramPlan plan_;
  const Expectation expectation_;
  posix::Epoll epoll_;
  std::vector<Slot> slots_;
  std::uint64_t begun_ = 0;
  Tally tally_;
  std::string buffer_ = std::string(65536, '\0');
};

}  // namespace watertight::stress
