// SPDX-License-Identifier: Apache-2.0
#include "stress/http_client.h"

#include "stress/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <watertight/error.h>

#include <cstdlib>

namespace watertight::stress {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr auto kPatience = std::chrono::seconds(20);
const std::function<int()> kNever = [] { return 0; };

TestServerPlan http_server(const std::string& status) {
  return {.delimiter = "\r\n\r\n",
          .answer = "HTTP/1.1 " + status + "\r\nContent-Length: 3\r\n\r\nok\n"};
}

std::string url_of(const posix::SocketAddress& address) {
  return "http://127.0.0.1:" + std::to_string(address.port()) + "/";
}

TEST(HttpClient, MakesAConnectionForEachRequest) {
  TestServer server(http_server("200 OK"));
  HttpClient client({.url = url_of(server.address()), .timeout = kPatience});
  const Tally tally = client.perform(200, kNever);
  EXPECT_EQ(tally.attempted, 200u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(server.requests(), 200u);
  EXPECT_EQ(server.accepted(), 200u);
  EXPECT_TRUE(eventually([&] { return server.open_connections() == 0; }));
}

TEST(HttpClient, KeepsAConnectionForManyRequestsOverRounds) {
  TestServer server(http_server("200 OK"));
  HttpClient client({.url = url_of(server.address()),
                     .keep_alive = true,
                     .concurrency = 3,
                     .timeout = kPatience});
  for (int round = 0; round < 4; ++round) {
    const Tally tally = client.perform(50, kNever);
    EXPECT_EQ(tally.attempted, 50u);
    EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
    client.end_round();
  }
  EXPECT_EQ(server.requests(), 200u);
  EXPECT_LE(server.accepted(), 3u);
}

TEST(HttpClient, FailsAServerErrorButNotAClientError) {
  TestServer broken(http_server("503 Service Unavailable"));
  Tally tally =
      HttpClient({.url = url_of(broken.address()), .timeout = kPatience}).perform(10, kNever);
  EXPECT_EQ(tally.failed, 10u);
  EXPECT_THAT(tally.first_failure, HasSubstr("status 503"));

  TestServer without_page(http_server("404 Not Found"));
  tally =
      HttpClient({.url = url_of(without_page.address()), .timeout = kPatience}).perform(10, kNever);
  EXPECT_EQ(tally.attempted, 10u);
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
}

TEST(HttpClient, FailsWhereNobodyListens) {
  const ClosedPort closed;
  const std::string url = url_of(closed.address());
  const Tally tally = HttpClient({.url = url}).perform(10, kNever);
  EXPECT_EQ(tally.attempted, 10u);
  EXPECT_EQ(tally.failed, 10u);
  EXPECT_THAT(tally.first_failure, HasSubstr(url));
}

TEST(HttpClient, FailsWhereTheServerNeverAnswers) {
  TestServer server({.delimiter = "\r\n\r\n", .answer = ""});
  const Tally tally =
      HttpClient({.url = url_of(server.address()), .timeout = milliseconds(50)}).perform(4, kNever);
  EXPECT_EQ(tally.attempted, 4u);
  EXPECT_EQ(tally.failed, 4u);
  EXPECT_THAT(tally.first_failure, HasSubstr("within 0.05 s"));
}

TEST(HttpClient, GoesPastAProxyOfTheEnvironment) {
  const ClosedPort proxy;
  ::setenv("http_proxy", url_of(proxy.address()).c_str(), 1);
  TestServer server(http_server("200 OK"));
  const Tally tally =
      HttpClient({.url = url_of(server.address()), .timeout = kPatience}).perform(5, kNever);
  ::unsetenv("http_proxy");
  EXPECT_EQ(tally.failed, 0u) << tally.first_failure;
  EXPECT_EQ(server.requests(), 5u);
}

TEST(HttpClient, EndsEarlyWhenInterrupted) {
  TestServer server({.delimiter = "\r\n\r\n", .answer = ""});
  HttpClient client({.url = url_of(server.address()), .timeout = kPatience});
  EXPECT_EQ(client.perform(10, [] { return 2; }).attempted, 0u);
}

TEST(HttpClient, NamesAUrlThatIsNone) {
  EXPECT_THROW(HttpClient({.url = "ftp://127.0.0.1/"}), ScenarioError);
  EXPECT_THROW(HttpClient({.url = "http://127.0.0.1:notaport/"}), ScenarioError);
}

}  // namespace
}  // namespace watertight::stress
