// SPDX-License-Identifier: Apache-2.0
#include "stress/datagram_client.h"

#include "stress/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr auto kPatience = std::chrono::seconds(20);
const std::function<int()> kNever = [] { return 0; };

/// Counts datagrams on a thread of its own, and answers them as told.
class DatagramServer {
 public:
  explicit DatagramServer(std::string answer = "", std::uint64_t answers = UINT64_MAX,
                          std::uint64_t answers_a_request = 1)
      : answer_(std::move(answer)),
        answers_(answer_.empty() ? 0 : answers),
        answers_a_request_(answers_a_request),
        socket_(posix::listen_at(loopback(), SOCK_DGRAM)),
        address_(posix::SocketAddress::local(socket_)) {
    epoll_.add(socket_, EPOLLIN, 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~DatagramServer() {
    is_stopping_ = true;
    thread_.join();
  }

  const posix::SocketAddress& address() const { return address_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t answered() const { return answered_; }

 private:
  void serve() {
    while (!is_stopping_) {
      if (epoll_.wait(milliseconds(2)).empty()) continue;
      char buffer[2048];
      sockaddr_in from{};
      socklen_t length = sizeof from;
      const auto sender = reinterpret_cast<sockaddr*>(&from);
      if (::recvfrom(socket_.get(), buffer, sizeof buffer, 0, sender, &length) < 0) continue;
      ++received_;
      for (std::uint64_t i = 0; i < answers_a_request_ && answered_ < answers_; ++i) {
        ::sendto(socket_.get(), answer_.data(), answer_.size(), 0, sender, length);
        ++answered_;
      }
    }
  }

  const std::string answer_;
  const std::uint64_t answers_;
  const std::uint64_t answers_a_request_;
  posix::UniqueFd socket_;
  const posix::SocketAddress address_;
  posix::Epoll epoll_;
  std::atomic<std::uint64_t> received_ = 0, answered_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

TEST(DatagramClient, CountsWhatItSendsWhereNoAnswerIsExpected) {
  DatagramServer server;
  DatagramClient client({.name = "udp:here", .address = server.address(), .send = {"a", "b"}});
  EXPECT_EQ(client.cycle(), 2u);
  const Tally tally = client.perform(100, kNever);  // A receive queue holds that many.
  EXPECT_EQ(tally.attempted, 100u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.received() == 100; })) << server.received();
}

TEST(DatagramClient, WaitsForTheExpectedAnswer) {
  DatagramServer server("pong");
  DatagramClient client({.name = "udp:here",
                         .address = server.address(),
                         .send = {"ping"},
                         .expect = "^pong$",
                         .timeout = kPatience});
  const Tally tally = client.perform(2000, kNever);
  EXPECT_EQ(tally.attempted, 2000u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(server.received(), 2000u);
}

TEST(DatagramClient, DoesNotTakeALateAnswerForTheNextOperations) {
  DatagramServer server("pong", /*answers=*/2, /*answers_a_request=*/2);
  DatagramClient client({.name = "udp:here",
                         .address = server.address(),
                         .send = {"ping"},
                         .expect = "pong",
                         .concurrency = 1,
                         .timeout = milliseconds(100)});
  client.perform(1, kNever);
  EXPECT_TRUE(eventually([&] { return server.answered() == 2; }));
  EXPECT_EQ(client.perform(1, kNever).failed, 1u);
}

TEST(DatagramClient, CountsALostAnswerAsAFailure) {
  DatagramServer server("-ERR");
  DatagramClient client({.name = "udp:here",
                         .address = server.address(),
                         .send = {"ping"},
                         .expect = "pong",
                         .timeout = milliseconds(100)});
  const Tally tally = client.perform(4, kNever);
  EXPECT_EQ(tally.attempted, 4u);
  EXPECT_EQ(tally.failed, 4u);
  EXPECT_THAT(tally.first_failure, HasSubstr("no answer matched `pong` within 100 ms"));
}

TEST(DatagramClient, FailsWhereNobodyListens) {
  const ClosedPort closed(SOCK_DGRAM);
  DatagramClient client({.name = "udp:here", .address = closed.address(), .send = {"ping"}});
  const Tally tally = client.perform(20, kNever);
  EXPECT_EQ(tally.attempted, 20u);
  EXPECT_EQ(tally.failed, 20u);
  EXPECT_THAT(tally.first_failure, HasSubstr("Connection refused"));
}

TEST(DatagramClient, EndsEarlyWhenInterrupted) {
  DatagramServer server;
  DatagramClient client(
      {.name = "udp:here", .address = server.address(), .expect = "x", .timeout = kPatience});
  EXPECT_EQ(client.perform(10, [] { return 15; }).attempted, 0u);
}

}  // namespace
}  // namespace watertight::stress
