// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/epoll.h"
#include "posix/socket.h"
#include "stress/driver.h"
#include "stress/expectation.h"

#include <watertight/scenario.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace watertight::stress {

/// What the clients of a stream socket do.
struct SocketPlan {
  std::string name{};  ///< For messages: `tcp:127.0.0.1:4711`.
  /// Of one server; a later one is tried where the earlier ones refuse.
  std::vector<posix::SocketAddress> addresses{};
  std::vector<std::string> send{};               ///< Requests, cycled; empty: nothing is sent.
  std::string expect{};                          ///< Regex that a good answer matches; empty: any.
  std::vector<Manner> manners{Manner::kPolite};  ///< Cycled.
  unsigned concurrency = 4;                      ///< Operations in flight.
  posix::Clock::duration timeout = std::chrono::seconds(1);  ///< Of one operation.
};

/// Clients of a tcp or Unix server, each operation on a connection of its own. One thread; load
/// goes where the plan says, from the address that the kernel chooses.
///
/// What makes an operation, by manner; one that takes longer than the timeout has failed:
/// - polite: connect, send, read until `expect` matches or, without one, until an answer begins or
///   the server closes; close. With nothing to send and nothing to expect: connect, close.
/// - early-close, reset: connect, send, close or reset without reading.
/// - half-close: connect, send, shut the writing half, read to the end; what was read has to match.
/// - no-read: connect, send; the connection is closed by end_round(), or by the 64th client of that
///   manner after it.
/// - hold: as polite, but the connection is closed by the 16th client of that manner after it, or
///   with the driver. The first 16 build up that population: a step that the daemon's descriptors
///   show once.
///
/// Whoever closes first keeps the port in TIME_WAIT, on loopback for a second (tcp_tw_reuse = 2),
/// and connect(2) takes every other port of the range: some 14 000 polite connections a second are
/// the most that the kernel's defaults allow. What is above waits for a port within its timeout.
class SocketClient final : public Driver {
 public:
  /// Throws ScenarioError for a bad regex, HarnessError.
  explicit SocketClient(SocketPlan plan);

  std::uint64_t cycle() const override;
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;
  void end_round() override { unread_.clear(); }

  static constexpr std::size_t kHeldConnections = 16;
  static constexpr std::size_t kUnreadConnections = 64;

 private:
  using TimePoint = posix::Clock::time_point;
  enum class Stage { kFree, kWaitingToDial, kConnecting, kSending, kSettling, kReading };

  /// One operation in flight.
  struct Slot {
    Stage stage = Stage::kFree;
    Manner manner = Manner::kPolite;
    const std::string* request = nullptr;
    posix::UniqueFd socket;
    bool is_watched = false;  ///< On the epoll list.
    std::size_t sent = 0;
    std::size_t address = 0;
    int dial_error = 0;  ///< Why it waits to dial.
    Answer answer;
    posix::Clock::duration patience{};  ///< Of the next dial.
    TimePoint look_again_at;            ///< To dial again, or whether it has settled.
    TimePoint deadline;

    bool needs_looks() const { return stage <= Stage::kConnecting || stage == Stage::kSettling; }
  };

  void begin(Slot& slot);
  void dial(Slot& slot);
  void send(Slot& slot);
  void go_on_after_sending(Slot& slot);
  void settle(Slot& slot);
  void receive(Slot& slot);
  void peer_ended(Slot& slot, int error);
  void could_not_connect(Slot& slot, int error);
  void await(Slot& slot, std::uint32_t events);
  void finish(Slot& slot);
  void fail(Slot& slot, const std::string& what);
  void release(Slot& slot);
  void keep(Slot& slot, std::deque<posix::UniqueFd>& population, std::size_t limit);

  void fill_slots();
  void serve_events(TimePoint wake_up_at);
  void serve_clock();
  void abandon_all();
  std::string what_timed_out(const Slot& slot) const;

  const SocketPlan plan_;
  const Expectation expectation_;
  posix::Epoll epoll_;
  std::vector<Slot> slots_;
  std::deque<posix::UniqueFd> held_;
  std::deque<posix::UniqueFd> unread_;
  std::size_t preferred_address_ = 0;

  // Of the running perform():
  TimePoint now_;
  std::uint64_t ordered_ = 0;
  std::uint64_t begun_ = 0;
  Tally tally_;
  std::array<char, 16384> buffer_{};
};

}  // namespace watertight::stress
