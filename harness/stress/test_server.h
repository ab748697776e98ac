// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/checked.h"
#include "posix/clock.h"
#include "posix/epoll.h"
#include "posix/socket.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace watertight::stress {

/// How a server of the tests behaves.
struct TestServerPlan {
  std::string delimiter = "\n";  ///< Ends a request.
  std::string answer = "ok\n";   ///< To every request; empty: none.
  std::string farewell{};        ///< Sent when the client shuts its writing half.
  bool closes_at_once = false;   ///< Accepts and closes.
  bool stays_open = false;       ///< Keeps its end open when the client has closed.
  int backlog = 128;
};

inline posix::SocketAddress loopback() {
  return posix::SocketAddress::resolve("127.0.0.1", 0).front();
}

/// An abstract Unix address that no other test uses.
inline posix::SocketAddress unix_address() {
  static std::atomic<int> count = 0;
  return *posix::SocketAddress::of_path("@watertight-test-" + std::to_string(::getpid()) + "-" +
                                        std::to_string(count++));
}

/// True once `claim` holds; false where it does not within 10 s.
inline bool eventually(const std::function<bool()>& claim) {
  const posix::Deadline deadline(std::chrono::seconds(10));
  while (!claim()) {
    if (deadline.has_passed()) return false;
    posix::pause_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// A server on a thread of the test, which counts what its clients do.
class TestServer {
 public:
  explicit TestServer(TestServerPlan plan = {}, const posix::SocketAddress& at = loopback())
      : plan_(std::move(plan)),
        listener_(posix::listen_at(at, SOCK_STREAM, plan_.backlog)),
        address_(posix::SocketAddress::local(listener_)) {
    epoll_.add(listener_, EPOLLIN, kListener);
    thread_ = std::thread([this] { serve(); });
  }
  ~TestServer() {
    is_stopping_ = true;
    thread_.join();
  }

  const posix::SocketAddress& address() const { return address_; }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t ended() const { return ended_; }    ///< By the end of the client's stream.
  std::uint64_t resets() const { return resets_; }  ///< By ECONNRESET.
  std::uint64_t open_connections() const { return open_; }
  std::uint64_t requests() const { return requests_; }
  std::uint64_t requests(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return requests_by_text_[text];
  }

 private:
  static constexpr std::uint64_t kListener = UINT64_MAX;
  struct Connection {
    posix::UniqueFd socket;
    std::string unread;
  };

  void serve() {
    while (!is_stopping_) {
      for (const epoll_event& event : epoll_.wait(std::chrono::milliseconds(2))) {
        event.data.u64 == kListener ? accept() : converse(event.data.u64);
      }
    }
  }

  void accept() {
    auto socket = posix::accept_from(listener_);
    if (!socket) return;
    ++accepted_;
    if (plan_.closes_at_once) return;
    const std::uint64_t id = next_++;
    epoll_.add(*socket, EPOLLIN, id);
    connections_[id].socket = std::move(*socket);
    open_ = connections_.size();
  }

  void converse(std::uint64_t id) {
    Connection& connection = connections_.at(id);
    const auto got = posix::receive_some(connection.socket, buffer_.data(), buffer_.size());
    if (got.would_block()) return;
    if (got.error != 0 || got.bytes == 0) return finish(id, got.error != 0);
    connection.unread.append(buffer_.data(), got.bytes);
    for (;;) {
      const auto end = connection.unread.find(plan_.delimiter);
      if (end == std::string::npos) return;
      {
        const std::lock_guard lock(mutex_);
        ++requests_by_text_[connection.unread.substr(0, end)];
      }
      ++requests_;
      connection.unread.erase(0, end + plan_.delimiter.size());
      if (!plan_.answer.empty()) posix::send_some(connection.socket, plan_.answer);
    }
  }

  void finish(std::uint64_t id, bool was_reset) {
    Connection& connection = connections_.at(id);
    if (!plan_.farewell.empty()) posix::send_some(connection.socket, plan_.farewell);
    if (plan_.stays_open) {
      epoll_.remove(connection.socket);
    } else {
      connections_.erase(id);
    }
    open_ = connections_.size();
    ++(was_reset ? resets_ : ended_);  // Last: who waits for this may look at the others.
  }

  const TestServerPlan plan_;
  posix::UniqueFd listener_;
  const posix::SocketAddress address_;
  posix::Epoll epoll_;
  std::map<std::uint64_t, Connection> connections_;
  std::uint64_t next_ = 0;
  std::array<char, 65536> buffer_{};

  std::mutex mutex_;
  std::map<std::string, std::uint64_t> requests_by_text_;
  std::atomic<std::uint64_t> accepted_ = 0, ended_ = 0, resets_ = 0, open_ = 0, requests_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

/// A port that is taken and yet refuses: a stream socket that does not listen, or a datagram socket
/// that hears only itself.
class ClosedPort {
 public:
  explicit ClosedPort(int type = SOCK_STREAM) : holder_(posix::open_socket(AF_INET, type)) {
    const posix::SocketAddress any = loopback();
    posix::checked(::bind(holder_.get(), any.get(), any.length()), "bind");
    address_ = posix::SocketAddress::local(holder_);
    if (type == SOCK_DGRAM) posix::connect_to(holder_, address_);
  }
  const posix::SocketAddress& address() const { return address_; }

 private:
  posix::UniqueFd holder_;
  posix::SocketAddress address_;
};

}  // namespace watertight::stress
