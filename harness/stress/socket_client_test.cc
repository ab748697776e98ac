// SPDX-License-Identifier: Apache-2.0
#include "stress/socket_client.h"

#include "stress/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <watertight/error.h>

#include <memory>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// For operations that are to succeed on a busy machine, under a sanitizer.
constexpr auto kPatience = std::chrono::seconds(20);

const std::function<int()> kNever = [] { return 0; };

SocketPlan plan_for(const TestServer& server, std::vector<Manner> manners) {
  return {.name = "the server",
          .addresses = {server.address()},
          .send = {"ask\n"},
          .manners = std::move(manners),
          .timeout = kPatience};
}

/// The families differ in how they connect, refuse and reset.
class SocketClientOf : public testing::TestWithParam<int> {
 protected:
  TestServer& serve(TestServerPlan plan = {}) {
    server_ = std::make_unique<TestServer>(std::move(plan),
                                           GetParam() == AF_UNIX ? unix_address() : loopback());
    return *server_;
  }

 private:
  std::unique_ptr<TestServer> server_;
};

INSTANTIATE_TEST_SUITE_P(Family, SocketClientOf, testing::Values(AF_INET, AF_UNIX),
                         [](const auto& family) {
                           return family.param == AF_UNIX ? "Unix" : "Tcp";
                         });

TEST_P(SocketClientOf, CountsPoliteOperationsExactly) {
  TestServer& server = serve();
  SocketPlan plan = plan_for(server, {Manner::kPolite});
  plan.expect = "^ok\n$";
  const Tally tally = SocketClient(plan).perform(1000, kNever);
  EXPECT_EQ(tally.attempted, 1000u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.ended() == 1000; })) << server.ended();
  EXPECT_EQ(server.accepted(), 1000u);
  EXPECT_EQ(server.requests("ask"), 1000u);
  EXPECT_EQ(server.resets(), 0u);
}

TEST_P(SocketClientOf, CyclesRequestsAndManners) {
  TestServer& server = serve({.answer = ""});
  SocketPlan plan = plan_for(server, {Manner::kEarlyClose, Manner::kEarlyClose, Manner::kNoRead});
  plan.send = {"a\n", "b\n"};
  SocketClient client(plan);
  EXPECT_EQ(client.cycle(), 6u);
  const Tally tally = client.perform(60, kNever);
  EXPECT_EQ(tally.attempted, 60u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.ended() == 40 && server.requests() == 60; }))
      << server.ended() << ", " << server.requests();
  EXPECT_EQ(server.requests("a"), 30u);
  EXPECT_EQ(server.requests("b"), 30u);
  EXPECT_EQ(server.open_connections(), 20u);
}

TEST_P(SocketClientOf, ConnectsAndClosesWithNothingToSay) {
  TestServer& server = serve();
  SocketPlan plan = plan_for(server, {Manner::kPolite});
  plan.send.clear();
  const Tally tally = SocketClient(plan).perform(100, kNever);
  EXPECT_EQ(tally.attempted, 100u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.ended() == 100; })) << server.ended();
  EXPECT_EQ(server.requests(), 0u);
}

TEST_P(SocketClientOf, ReadsToTheEndAfterAHalfClose) {
  TestServer& server = serve({.farewell = "bye\n"});
  SocketPlan plan = plan_for(server, {Manner::kHalfClose});
  plan.expect = "bye";
  const Tally tally = SocketClient(plan).perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  // The client is done when it has read the end; the server counts a connection once it has closed
  // it.
  EXPECT_TRUE(eventually([&] { return server.ended() == 200; })) << server.ended();
  EXPECT_EQ(server.requests(), 200u);
}

TEST_P(SocketClientOf, FailsAHalfCloseThatTheServerDoesNotAnswer) {
  TestServer& server = serve({.stays_open = true});
  SocketPlan plan = plan_for(server, {Manner::kHalfClose});
  plan.timeout = milliseconds(30);
  const Tally tally = SocketClient(plan).perform(4, kNever);
  EXPECT_EQ(tally.attempted, 4u);
  EXPECT_EQ(tally.failed, 4u);
  EXPECT_THAT(tally.first_failure, HasSubstr("did not close within 0.03 s"));
}

TEST_P(SocketClientOf, KeepsClientsThatDoNotReadUntilTheRoundEnds) {
  TestServer& server = serve();
  SocketClient client(plan_for(server, {Manner::kNoRead}));
  EXPECT_EQ(client.perform(20, kNever).failed, 0u);
  EXPECT_TRUE(eventually([&] { return server.requests() == 20; }));
  EXPECT_EQ(server.open_connections(), 20u);
  client.end_round();
  EXPECT_TRUE(eventually([&] { return server.open_connections() == 0; }));
}

TEST_P(SocketClientOf, BoundsTheClientsThatDoNotRead) {
  TestServer& server = serve();
  SocketClient client(plan_for(server, {Manner::kNoRead}));
  EXPECT_EQ(client.perform(300, kNever).failed, 0u);
  constexpr auto kKept = SocketClient::kUnreadConnections;
  EXPECT_TRUE(eventually([&] {
    return server.requests() == 300 && server.open_connections() == kKept;
  })) << server.open_connections();
}

TEST_P(SocketClientOf, HoldsAFixedPopulationOverRounds) {
  TestServer& server = serve();
  constexpr auto kHeld = SocketClient::kHeldConnections;
  {
    SocketClient client(plan_for(server, {Manner::kHold}));
    for (std::uint64_t made = 40; made <= 120; made += 40) {
      const Tally tally = client.perform(40, kNever);
      EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
      client.end_round();
      EXPECT_TRUE(eventually([&] { return server.ended() + server.resets() == made - kHeld; }))
          << server.ended() << " + " << server.resets();
      EXPECT_EQ(server.open_connections(), kHeld);
    }
  }
  EXPECT_TRUE(eventually([&] { return server.open_connections() == 0; }));
}

TEST_P(SocketClientOf, FailsWhereTheServerNeverAnswers) {
  TestServer& server = serve({.answer = ""});
  SocketPlan plan = plan_for(server, {Manner::kPolite});
  plan.timeout = milliseconds(30);
  const Tally tally = SocketClient(plan).perform(8, kNever);
  EXPECT_EQ(tally.attempted, 8u);
  EXPECT_EQ(tally.failed, 8u);
  EXPECT_THAT(tally.first_failure, HasSubstr("the server: no answer within 0.03 s"));
  EXPECT_THAT(tally.first_failure, HasSubstr("early-close"));
}

TEST_P(SocketClientOf, FailsWhereTheAnswerDoesNotMatchAndTellsIt) {
  TestServer& server = serve({.answer = "-ERR no\n"});
  SocketPlan plan = plan_for(server, {Manner::kPolite});
  plan.expect = "^\\+PONG";
  plan.timeout = milliseconds(100);
  const Tally tally = SocketClient(plan).perform(4, kNever);
  EXPECT_EQ(tally.failed, 4u);
  EXPECT_THAT(tally.first_failure, HasSubstr("no answer matched `^\\+PONG` within 0.1 s"));
}

TEST_P(SocketClientOf, TakesAServerThatHangsUpForAnAnswerUnlessOneIsExpected) {
  TestServer& server = serve({.closes_at_once = true});
  SocketPlan plan = plan_for(server, {Manner::kPolite, Manner::kHalfClose});
  Tally tally = SocketClient(plan).perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  plan.expect = "ok";
  tally = SocketClient(plan).perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 200u);
  EXPECT_THAT(tally.first_failure, HasSubstr("the connection before an answer matched `ok`"));
  EXPECT_TRUE(eventually([&] { return server.accepted() == 400; })) << server.accepted();
}

TEST_P(SocketClientOf, MindsNoServerThatHangsUpOnRudeClients) {
  TestServer& server = serve({.closes_at_once = true});
  const auto plan = plan_for(server, {Manner::kEarlyClose, Manner::kReset, Manner::kNoRead});
  const Tally tally = SocketClient(plan).perform(300, kNever);
  EXPECT_EQ(tally.attempted, 300u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.accepted() == 300; })) << server.accepted();
}

TEST_P(SocketClientOf, SendsLargeRequestsWhole) {
  TestServer& server = serve();
  SocketPlan plan = plan_for(server, {Manner::kPolite, Manner::kEarlyClose});
  plan.send = {std::string(3'000'000, 'x') + "\n"};
  const Tally tally = SocketClient(plan).perform(6, kNever);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.requests() == 6; })) << server.requests();
  EXPECT_EQ(server.requests(plan.send[0].substr(0, 3'000'000)), 6u);
}

TEST_P(SocketClientOf, LosesNoOperationToAShortQueue) {
  TestServer& server = serve({.answer = "", .backlog = 1});
  SocketPlan plan = plan_for(server, {Manner::kEarlyClose});
  plan.concurrency = 16;
  const Tally tally = SocketClient(plan).perform(300, kNever);
  EXPECT_EQ(tally.attempted, 300u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.requests() == 300; })) << server.requests();
  EXPECT_EQ(server.accepted(), 300u);
}

TEST_P(SocketClientOf, EndsEarlyWhenInterrupted) {
  TestServer& server = serve({.answer = ""});
  SocketClient client(plan_for(server, {Manner::kPolite}));
  int looks = 0;
  const Tally tally = client.perform(100, [&] { return ++looks == 3 ? 15 : 0; });
  EXPECT_EQ(looks, 3);
  EXPECT_EQ(tally.attempted, 0u);
  EXPECT_EQ(tally.failed, 0u);
}

TEST_P(SocketClientOf, FailsWhereNobodyAccepts) {
  const auto full = posix::listen_at(GetParam() == AF_UNIX ? unix_address() : loopback(),
                                     SOCK_STREAM, /*backlog=*/0);
  SocketPlan plan{.name = "the server",
                  .addresses = {posix::SocketAddress::local(full)},
                  .manners = {Manner::kHold},
                  .timeout = milliseconds(50)};
  const Tally tally = SocketClient(plan).perform(8, kNever);
  EXPECT_EQ(tally.attempted, 8u);
  EXPECT_GE(tally.failed, 6u);  // One or two find room in the queue.
  EXPECT_THAT(tally.first_failure, HasSubstr("does not accept"));
}

TEST(SocketClient, ResetsConnectionsOnRequest) {
  TestServer server({.answer = ""});
  const Tally tally = SocketClient(plan_for(server, {Manner::kReset})).perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_TRUE(eventually([&] { return server.resets() == 200; })) << server.resets();
  EXPECT_EQ(server.ended(), 0u);
}

TEST(SocketClient, FailsWhereNobodyListens) {
  const ClosedPort closed;
  SocketPlan plan{.name = "tcp:here", .addresses = {closed.address()}};
  const Tally tally = SocketClient(plan).perform(50, kNever);
  EXPECT_EQ(tally.attempted, 50u);
  EXPECT_EQ(tally.failed, 50u);
  EXPECT_THAT(tally.first_failure, HasSubstr("tcp:here: could not connect: Connection refused"));
}

TEST(SocketClient, FailsWhereThereIsNoSuchPath) {
  SocketPlan plan{.name = "unix:here",
                  .addresses = {*posix::SocketAddress::of_path("/nonexistent/socket")}};
  const Tally tally = SocketClient(plan).perform(5, kNever);
  EXPECT_EQ(tally.failed, 5u);
  EXPECT_THAT(tally.first_failure, HasSubstr("No such file"));
}

TEST(SocketClient, TriesTheOtherAddressesOfAHost) {
  const ClosedPort closed;
  TestServer server;
  SocketPlan plan = plan_for(server, {Manner::kPolite});
  plan.addresses.insert(plan.addresses.begin(), closed.address());
  const Tally tally = SocketClient(plan).perform(50, kNever);
  EXPECT_EQ(tally.attempted, 50u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(server.requests(), 50u);
}

}  // namespace
}  // namespace watertight::stress
