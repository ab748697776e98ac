// SPDX-License-Identifier: Apache-2.0
#include "stress/datagram_client.h"

#include <fmt/format.h>
#include <watertight/error.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace watertight::stress {
namespace {

constexpr auto kInterruptEvery = std::chrono::milliseconds(5);

}  // namespace

DatagramClient::DatagramClient(DatagramPlan plan)
    : plan_([&plan] {
        if (plan.send.empty()) plan.send.emplace_back();
        return std::move(plan);
      }()),
      expectation_(plan_.expect),
      slots_(std::max(plan_.concurrency, 1u)) {
  for (Slot& slot : slots_) open(slot);
}

Tally DatagramClient::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  tally_ = {};
  begun_ = 0;
  auto look_at = posix::Clock::now() + kInterruptEvery;
  while (tally_.attempted < operations) {
    bool is_any_waiting = false;
    for (Slot& slot : slots_) {
      if (!slot.is_waiting && begun_ < operations) begin(slot);
      is_any_waiting |= slot.is_waiting;
    }
    const auto wake_up_at = serve_clock(look_at);
    if (is_any_waiting) {
      for (const epoll_event& event : epoll_.wait(wake_up_at - posix::Clock::now())) {
        receive(slots_[event.data.u64]);
      }
    }
    if (posix::Clock::now() < look_at) continue;
    if (interrupted && interrupted() != 0) break;
    look_at = posix::Clock::now() + kInterruptEvery;
  }
  for (Slot& slot : slots_) {
    if (slot.is_waiting) open(slot);  // interrupted: the answer must not reach a later operation
  }
  return std::exchange(tally_, {});
}

void DatagramClient::open(Slot& slot) {
  slot.is_waiting = false;
  slot.socket = posix::open_socket(plan_.address.family(), SOCK_DGRAM);
  if (const int error = posix::connect_to(slot.socket, plan_.address); error != 0) {
    throw HarnessError("connect", plan_.name, error);
  }
  epoll_.add(slot.socket, EPOLLIN, static_cast<std::uint64_t>(&slot - slots_.data()));
}

void DatagramClient::begin(Slot& slot) {
  if (!expectation_.is_any()) receive(slot);  // Late and doubled answers are not this operation's.
  const std::string& datagram = plan_.send[begun_ % plan_.send.size()];
  const posix::Transfer transfer = posix::send_some(slot.socket, datagram);
  if (transfer.would_block())
    return;  // The queue of our own is full for a moment: perform() comes back.
  ++begun_;
  // On loopback the answer of a closed port is there before send(2) returns.
  const int error = transfer.error != 0 ? transfer.error : posix::take_error(slot.socket);
  if (error != 0) {
    fail(slot, fmt::format("could not send {} bytes: {}; is the daemon listening there, and alive?",
                           datagram.size(), std::strerror(error)));
    return;
  }
  if (expectation_.is_any()) return finish(slot);
  slot.answer.start_over();
  slot.is_waiting = true;
  slot.deadline = posix::Clock::now() + plan_.timeout;
}

void DatagramClient::receive(Slot& slot) {
  for (;;) {
    const posix::Transfer transfer =
        posix::receive_some(slot.socket, buffer_.data(), buffer_.size());
    if (transfer.would_block()) return;
    if (!slot.is_waiting) continue;
    if (transfer.error != 0) {
      return fail(slot, fmt::format("no answer: {}", std::strerror(transfer.error)));
    }
    if (slot.answer.take({buffer_.data(), transfer.bytes}, expectation_)) return finish(slot);
  }
}

void DatagramClient::finish(Slot& slot) {
  ++tally_.attempted;
  slot.is_waiting = false;
}

void DatagramClient::fail(Slot& slot, const std::string& what) {
  ++tally_.attempted;
  ++tally_.failed;
  if (tally_.first_failure.empty()) tally_.first_failure = fmt::format("{}: {}", plan_.name, what);
  open(slot);  // A late answer must not be taken for the next operation's.
}

posix::Clock::time_point DatagramClient::serve_clock(posix::Clock::time_point wake_up_at) {
  const auto now = posix::Clock::now();
  for (Slot& slot : slots_) {
    if (!slot.is_waiting) continue;
    if (now >= slot.deadline) {
      fail(slot,
           fmt::format("no answer matched `{}` within {} ms; the daemon said `{}`", plan_.expect,
                       std::chrono::round<std::chrono::milliseconds>(plan_.timeout).count(),
                       slot.answer.excerpt()));
    } else {
      wake_up_at = std::min(wake_up_at, slot.deadline);
    }
  }
  return wake_up_at;
}

}  // namespace watertight::stress
