// SPDX-License-Identifier: Apache-2.0
#include "stress/socket_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;

/// How often perform() looks whether it is interrupted.
constexpr auto kInterruptEvery = milliseconds(5);

/// The first try to connect; each further one is given twice the time. A server whose queue is full
/// drops the SYN, and the kernel would repeat it only after a second. Not shorter, so that a
/// handshake that is merely slow is not given up: the daemon would see one connection more than is
/// counted.
constexpr auto kFirstPatience = milliseconds(10);

/// Before asking again for a local port, for room in a Unix server's queue, or for an
/// acknowledgement.
constexpr auto kPauseBeforeLooking = milliseconds(2);

bool reads_an_answer(Manner manner) {
  return manner == Manner::kPolite || manner == Manner::kHold || manner == Manner::kHalfClose;
}

bool passes_by_waiting(int connect_error) {
  return connect_error == EADDRNOTAVAIL || connect_error == EADDRINUSE || connect_error == EAGAIN;
}

std::string in_seconds(posix::Clock::duration time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

SocketClient::SocketClient(SocketPlan plan)
    : plan_([&plan] {
        if (plan.send.empty()) plan.send.emplace_back();
        if (plan.manners.empty()) plan.manners.push_back(Manner::kPolite);
        return std::move(plan);
      }()),
      expectation_(plan_.expect),
      slots_(std::max(plan_.concurrency, 1u)) {}

std::uint64_t SocketClient::cycle() const {
  return std::lcm(std::uint64_t{plan_.send.size()}, std::uint64_t{plan_.manners.size()});
}

Tally SocketClient::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  tally_ = {};
  begun_ = 0;
  ordered_ = operations;
  now_ = posix::Clock::now();
  TimePoint look_at = now_ + kInterruptEvery;
  while (tally_.attempted < operations) {
    fill_slots();
    serve_events(look_at);
    now_ = posix::Clock::now();
    serve_clock();
    if (now_ < look_at) continue;
    if (interrupted && interrupted() != 0) {
      abandon_all();
      break;
    }
    look_at = now_ + kInterruptEvery;
  }
  return std::exchange(tally_, {});
}

/// One operation a slot: what does not wait for the server is over at once.
void SocketClient::fill_slots() {
  for (Slot& slot : slots_) {
    if (slot.stage == Stage::kFree && begun_ < ordered_) begin(slot);
  }
}

void SocketClient::serve_events(TimePoint wake_up_at) {
  bool is_any_free = false;
  bool is_any_busy = false;
  for (const Slot& slot : slots_) {
    if (slot.stage == Stage::kFree) {
      is_any_free = true;
      continue;
    }
    is_any_busy = true;
    wake_up_at = std::min(wake_up_at, slot.deadline);
    if (slot.needs_looks()) wake_up_at = std::min(wake_up_at, slot.look_again_at);
  }
  if (!is_any_busy) return;
  const bool has_more_to_begin = is_any_free && begun_ < ordered_;
  for (const epoll_event& event :
       epoll_.wait(has_more_to_begin ? posix::Clock::duration::zero() : wake_up_at - now_)) {
    Slot& slot = slots_[event.data.u64];
    if (slot.stage == Stage::kReading) {
      receive(slot);
    } else if (slot.stage != Stage::kSettling) {
      send(slot);
    }
  }
}

void SocketClient::serve_clock() {
  for (Slot& slot : slots_) {
    if (slot.stage == Stage::kFree) continue;
    if (now_ >= slot.deadline) {
      fail(slot, what_timed_out(slot));
    } else if (slot.needs_looks() && now_ >= slot.look_again_at) {
      slot.stage == Stage::kSettling ? settle(slot) : dial(slot);
    }
  }
}

void SocketClient::begin(Slot& slot) {
  slot.manner = plan_.manners[begun_ % plan_.manners.size()];
  slot.request = &plan_.send[begun_ % plan_.send.size()];
  ++begun_;
  slot.sent = 0;
  slot.address = preferred_address_;
  slot.answer.start_over();
  slot.patience = kFirstPatience;
  slot.deadline = now_ + plan_.timeout;
  dial(slot);
}

void SocketClient::dial(Slot& slot) {
  const posix::SocketAddress& address = plan_.addresses[slot.address];
  slot.socket = posix::open_socket(address.family(), SOCK_STREAM);
  slot.is_watched = false;
  const int error = posix::connect_to(slot.socket, address);
  if (error == 0 || error == EINPROGRESS) {
    slot.stage = Stage::kConnecting;
    slot.look_again_at = now_ + slot.patience;
    slot.patience *= 2;
    send(slot);  // On loopback the handshake is over by now.
  } else if (passes_by_waiting(error)) {
    slot.socket.reset();
    slot.stage = Stage::kWaitingToDial;
    slot.dial_error = error;
    slot.look_again_at = now_ + kPauseBeforeLooking;
  } else {
    could_not_connect(slot, error);
  }
}

void SocketClient::could_not_connect(Slot& slot, int error) {
  if (slot.address + 1 < plan_.addresses.size()) {
    ++slot.address;
    dial(slot);
    return;
  }
  fail(slot, fmt::format("could not connect: {}; is the daemon listening there, and alive?",
                         std::strerror(error)));
}

/// Sends what is left; with nothing to send it still tells whether the connection stands.
void SocketClient::send(Slot& slot) {
  do {
    const auto rest = std::string_view(*slot.request).substr(slot.sent);
    const posix::Transfer transfer = posix::send_some(slot.socket, rest);
    if (transfer.would_block()) return await(slot, EPOLLIN | EPOLLOUT);
    if (transfer.error == EPIPE || transfer.error == ECONNRESET) {
      // What it said before it hung up is still there to be read.
      if (!reads_an_answer(slot.manner)) return finish(slot);
      slot.stage = Stage::kReading;
      return receive(slot);
    }
    if (transfer.error != 0) return could_not_connect(slot, transfer.error);
    slot.stage = Stage::kSending;
    slot.sent += transfer.bytes;
  } while (slot.sent < slot.request->size());
  preferred_address_ = slot.address;
  go_on_after_sending(slot);
}

void SocketClient::go_on_after_sending(Slot& slot) {
  if (!reads_an_answer(slot.manner)) return settle(slot);
  if (slot.manner == Manner::kHalfClose) {
    posix::end_sending(slot.socket);
  } else if (slot.request->empty() && expectation_.is_any()) {
    return finish(slot);
  }
  slot.stage = Stage::kReading;
  await(slot, EPOLLIN);
}

/// Who does not wait for an answer at least waits until the request has arrived, which is nearly
/// always at once: the queue of a server that is slow to accept drops the last step of the
/// handshake, and a reset after that would be an operation that the daemon never sees.
void SocketClient::settle(Slot& slot) {
  const bool is_unix = plan_.addresses[slot.address].family() == AF_UNIX;
  if (is_unix || posix::unacknowledged(slot.socket) == 0) return finish(slot);
  if (posix::take_error(slot.socket) != 0) return finish(slot);  // The peer has hung up.
  slot.stage = Stage::kSettling;
  slot.look_again_at = now_ + kPauseBeforeLooking;
}

void SocketClient::receive(Slot& slot) {
  for (;;) {
    const posix::Transfer transfer =
        posix::receive_some(slot.socket, buffer_.data(), buffer_.size());
    if (transfer.would_block()) return await(slot, EPOLLIN);
    if (transfer.error != 0 || transfer.bytes == 0) return peer_ended(slot, transfer.error);
    const bool is_good = slot.answer.take({buffer_.data(), transfer.bytes}, expectation_);
    if (is_good && slot.manner != Manner::kHalfClose) return finish(slot);
  }
}

void SocketClient::peer_ended(Slot& slot, int error) {
  if (expectation_.is_any() || slot.answer.is_good()) return finish(slot);
  fail(slot, fmt::format("the daemon {} the connection before an answer matched `{}`; it said `{}`",
                         error == 0 ? "closed" : "reset", plan_.expect, slot.answer.excerpt()));
}

void SocketClient::await(Slot& slot, std::uint32_t events) {
  if (slot.is_watched) return;
  epoll_.add(slot.socket, events | EPOLLET, static_cast<std::uint64_t>(&slot - slots_.data()));
  slot.is_watched = true;
}

void SocketClient::finish(Slot& slot) {
  ++tally_.attempted;
  switch (slot.manner) {
    case Manner::kHold:
      keep(slot, held_, kHeldConnections);
      break;
    case Manner::kNoRead:
      keep(slot, unread_, kUnreadConnections);
      break;
    case Manner::kReset:
      posix::reset_on_close(slot.socket);
      break;
    default:
      break;
  }
  release(slot);
}

void SocketClient::fail(Slot& slot, const std::string& what) {
  ++tally_.attempted;
  ++tally_.failed;
  if (tally_.first_failure.empty()) tally_.first_failure = fmt::format("{}: {}", plan_.name, what);
  release(slot);
}

void SocketClient::release(Slot& slot) {
  slot.socket.reset();
  slot.stage = Stage::kFree;
}

void SocketClient::keep(Slot& slot, std::deque<posix::UniqueFd>& population, std::size_t limit) {
  if (slot.is_watched) epoll_.remove(slot.socket);
  population.push_back(std::move(slot.socket));
  if (population.size() > limit) population.pop_front();
}

void SocketClient::abandon_all() {
  for (Slot& slot : slots_) release(slot);
}

std::string SocketClient::what_timed_out(const Slot& slot) const {
  const std::string time = in_seconds(plan_.timeout);
  switch (slot.stage) {
    case Stage::kWaitingToDial:
      if (slot.dial_error == EAGAIN) {
        return fmt::format(
            "the daemon's queue of connections stayed full for {}: it does not accept", time);
      }
      return fmt::format(
          "no free local port for {}: closed connections hold them in TIME_WAIT; set "
          "operations_per_second, or widen net.ipv4.ip_local_port_range",
          time);
    case Stage::kConnecting:
      return fmt::format("no connection within {}: the daemon does not accept, or not fast enough",
                         time);
    case Stage::kSending:
    case Stage::kSettling:
      return fmt::format("the daemon did not take the request of {} bytes within {}",
                         slot.request->size(), time);
    default:
      break;
  }
  if (!expectation_.is_any() && !slot.answer.is_good()) {
    return fmt::format("no answer matched `{}` within {}; the daemon said `{}`", plan_.expect, time,
                       slot.answer.excerpt());
  }
  if (slot.manner == Manner::kHalfClose) {
    return fmt::format(
        "the daemon did not close within {} of the client's end; where it does not have to, drop "
        "the manner half-close",
        time);
  }
  return fmt::format(
      "no answer within {}; for a daemon that does not answer choose the manner early-close", time);
}

}  // namespace watertight::stress
