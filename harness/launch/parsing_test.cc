// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "launch/guard/cgroup.h"
#include "launch/guard/process_tree.h"
#include "launch/guard/shared_memory.h"
#include "launch/notify_socket.h"
#include "launch/stream_probe.h"

#include <gtest/gtest.h>

namespace watertight::launch {
namespace {

using Family = proc::SocketFact::Family;

TEST(FindCgroupMount, FindsVersion2AmongVersion1) {
  char mount_point[4096], root[4096];
  ASSERT_TRUE(guard::find_cgroup_mount(
      "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
      "41 31 0:38 /docker/1 /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n",
      mount_point, root));
  EXPECT_STREQ(mount_point, "/sys/fs/cgroup/unified");
  EXPECT_STREQ(root, "/docker/1");
}

TEST(FindCgroupMount, IsFalseWithoutVersion2) {
  char mount_point[4096], root[4096];
  EXPECT_FALSE(
      guard::find_cgroup_mount("32 31 0:29 / /cgroup2 rw - cgroup cgroup rw\n", mount_point, root));
  EXPECT_FALSE(guard::find_cgroup_mount("", mount_point, root));
}

TEST(FindCgroupPath, TakesTheUnifiedLine) {
  char path[4096];
  ASSERT_TRUE(guard::find_cgroup_path("4:memory:/a\n0::/user.slice/with blank\n", path));
  EXPECT_STREQ(path, "/user.slice/with blank");
  EXPECT_FALSE(guard::find_cgroup_path("4:memory:/a\n10::/b\n", path));
}

TEST(ParseParent, IsNotFooledByAName) {
  EXPECT_EQ(guard::parse_parent("12 (a) R 1 (b)) S 34 12 12 0 -1"), 34);
  EXPECT_EQ(guard::parse_parent("12 (a"), -1);
}

TEST(ParseMapping, KnowsSharedMemory) {
  const auto system_v = guard::parse_mapping(
      "7f1-7f2 rw-s 00000000 00:01 98305                      /SYSV00000000 (deleted)");
  EXPECT_EQ(system_v.kind, guard::SharedMapping::kSystemV);
  EXPECT_EQ(system_v.id, 98305);
  const auto posix = guard::parse_mapping("7f1-7f2 rw-s 00000000 00:1a 5    /dev/shm/PostgreSQL.1");
  ASSERT_EQ(posix.kind, guard::SharedMapping::kPosix);
  EXPECT_STREQ(posix.path, "/dev/shm/PostgreSQL.1");
}

TEST(ParseMapping, LeavesOtherMappingsAlone) {
  for (const char* line :
       {"7f1-7f2 r-xp 00000000 fe:00 77    /usr/lib/libc.so.6", "7f1-7f2 rw-p 00000000 00:00 0 ",
        "7f1-7f2 rw-p 00000000 00:00 0 [heap]", "", "7f1-7f2 rw-p"}) {
    EXPECT_EQ(guard::parse_mapping(line).kind, guard::SharedMapping::kNone) << line;
  }
}

TEST(ParseNotification, TakesWhatMatters) {
  NotifySocket::News news;
  parse_notification("STATUS=loading\nMAINPID=12x\n", news);
  EXPECT_FALSE(news.is_ready);
  EXPECT_FALSE(news.main_pid);
  parse_notification("READY=1\nMAINPID=12", news);
  EXPECT_TRUE(news.is_ready);
  EXPECT_EQ(news.main_pid, 12);
  EXPECT_EQ(news.status, "loading");
}

TEST(ParseHttpStatus, WaitsForTheWholeStatus) {
  EXPECT_EQ(parse_http_status("HTTP/1.1 503 no\r\n"), 503);
  EXPECT_EQ(parse_http_status("HTTP/1.1 20"), std::nullopt);
  EXPECT_EQ(parse_http_status("SSH-2.0-OpenSSH_9.2"), std::nullopt);
}

Endpoint http(const std::string& url) {
  Ready ready;
  ready.kind = Ready::Kind::kHttp;
  ready.target = url;
  return *endpoint_of(ready);
}

TEST(EndpointOf, TakesAUrlApart) {
  const Endpoint plain = http("http://127.0.0.1:8080/a?b#c");
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, 8080);
  EXPECT_EQ(plain.request, "/a?b");
  EXPECT_EQ(http("http://localhost").port, 80);
  EXPECT_EQ(http("http://localhost").request, "/");
  EXPECT_EQ(http("https://user:word@[::1]/x").port, 443);
  EXPECT_EQ(http("https://user:word@[::1]/x").host, "::1");
  EXPECT_EQ(http("http://[::1]:81?x").port, 81);
  EXPECT_EQ(http("http://[::1]:81?x").request, "/?x");
}

TEST(Endpoint, ReachesASocketOfAnyAddress) {
  Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = 80;
  EXPECT_TRUE(endpoint.reaches({Family::kTcp, "0.0.0.0", 80, "", 1}));
  EXPECT_TRUE(endpoint.reaches({Family::kTcp, "::", 80, "", 1}));
  EXPECT_TRUE(endpoint.reaches({Family::kTcp, "127.0.0.1", 80, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kTcp, "127.0.0.2", 80, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kTcp, "127.0.0.1", 81, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kUdp, "127.0.0.1", 80, "", 1}));
  endpoint.host = "localhost";
  EXPECT_TRUE(endpoint.reaches({Family::kTcp, "::1", 80, "", 1}));
}

TEST(Endpoint, ReachesASocketThatWasBoundByARelativePath) {
  Endpoint endpoint;
  endpoint.family = Family::kUnix;
  endpoint.path = "/run/d/socket";
  EXPECT_TRUE(endpoint.reaches({Family::kUnix, "/run/d/socket", 0, "", 1}));
  EXPECT_TRUE(endpoint.reaches({Family::kUnix, "socket", 0, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kUnix, "ket", 0, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kUnix, "/other/socket", 0, "", 1}));
  EXPECT_FALSE(endpoint.reaches({Family::kUnix, "", 0, "", 1}));
}

TEST(LocalEndpoints, LeavesOtherMachinesOut) {
  Scenario scenario;
  Stress stress;
  stress.kind = Stress::Kind::kTcp;
  stress.target = "192.0.2.1:80";
  scenario.stress = {stress};
  EXPECT_TRUE(local_endpoints(scenario).empty());
  scenario.stress[0].target = "localhost:80";
  EXPECT_EQ(local_endpoints(scenario).size(), 1U);
}

}  // namespace
}  // namespace watertight::launch
