// SPDX-License-Identifier: Apache-2.0
#include "proc/sockets.h"

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace watertight::proc {
namespace {

using namespace std::chrono_literals;
using posix::SocketAddress;
using posix::UniqueFd;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Family = SocketFact::Family;

std::optional<SocketFact> find(const std::vector<SocketFact>& sockets, std::uint64_t inode) {
  const auto found = std::find_if(sockets.begin(), sockets.end(),
                                  [&](const SocketFact& s) { return s.inode == inode; });
  return found == sockets.end() ? std::nullopt : std::optional(*found);
}

std::uint64_t inode_of(const UniqueFd& socket) {
  struct stat about {};
  ::fstat(socket.get(), &about);
  return about.st_ino;
}

/// By both ways, which must agree.
void expect_listener(const UniqueFd& socket, const std::string& address, std::uint16_t port,
                     const std::vector<SocketFact>& fallback) {
  for (const auto& sockets : {listeners(), fallback}) {
    const auto found = find(sockets, inode_of(socket));
    ASSERT_TRUE(found) << address;
    EXPECT_EQ(found->address, address);
    EXPECT_EQ(found->port, port);
    EXPECT_EQ(found->peer, "");
  }
}

TEST(Listeners, FindTcpAndUdpOfBothVersions) {
  int looked_at = 0;
  for (const std::string host : {"127.0.0.1", "::1"}) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      UniqueFd socket;
      try {
        socket = posix::listen_at(SocketAddress::resolve(host, 0).at(0), type);
      } catch (const std::exception&) {
        continue;  // a machine without IPv6
      }
      const bool is_tcp = type == SOCK_STREAM;
      const std::string table =
          std::string("/proc/net/") + (is_tcp ? "tcp" : "udp") + (host == "::1" ? "6" : "");
      expect_listener(socket, host, SocketAddress::local(socket).port(),
                      parse_net_inet(is_tcp ? Family::kTcp : Family::kUdp,
                                     is_tcp ? SocketState::kListen : SocketState::kClose,
                                     *posix::read_file(table)));
      ++looked_at;
    }
  }
  EXPECT_GE(looked_at, 2);
}

TEST(Listeners, FindUnixSocketsByPathAndByAbstractName) {
  const std::string unique = "watertight " + std::to_string(getpid());
  const std::string path = (std::filesystem::temp_directory_path() / unique).native();
  for (const std::string& name : {path, "@" + unique, "@ " + unique}) {
    const UniqueFd socket = posix::listen_at(*SocketAddress::of_path(name));
    expect_listener(socket, name, 0, parse_net_unix(*posix::read_file("/proc/net/unix")));
  }
  std::filesystem::remove(path);
}

TEST(Listeners, LeaveOutSocketsThatAreConnected) {
  const UniqueFd listener = posix::listen_at(SocketAddress::resolve("127.0.0.1", 0).at(0));
  const UniqueFd client = posix::open_socket(AF_INET, SOCK_STREAM);
  posix::connect_to(client, SocketAddress::local(listener));
  EXPECT_FALSE(find(listeners(), inode_of(client)));
}

TEST(CloseWaitSockets, AreThoseWhosePeerHasClosed) {
  const UniqueFd listener = posix::listen_at(SocketAddress::resolve("127.0.0.1", 0).at(0));
  UniqueFd client = posix::open_socket(AF_INET, SOCK_STREAM);
  posix::connect_to(client, SocketAddress::local(listener));
  std::optional<UniqueFd> accepted;
  const posix::Deadline deadline(60s);
  while (!accepted && !deadline.has_passed()) accepted = posix::accept_from(listener);
  ASSERT_TRUE(accepted);
  const std::string peer = "127.0.0.1:" + std::to_string(SocketAddress::local(client).port());
  EXPECT_FALSE(find(close_wait_sockets(), inode_of(*accepted)));

  client.reset();
  std::optional<SocketFact> found;
  while (!found && !deadline.has_passed()) found = find(close_wait_sockets(), inode_of(*accepted));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->peer, peer);
  EXPECT_EQ(found->port, SocketAddress::local(listener).port());

  const auto fallback = find(
      parse_net_inet(Family::kTcp, SocketState::kCloseWait, *posix::read_file("/proc/net/tcp")),
      inode_of(*accepted));
  ASSERT_TRUE(fallback);
  EXPECT_EQ(fallback->peer, peer);
}

// Recorded from Linux 6.18 on a little-endian machine.
constexpr std::string_view kTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "1603 1 0 100 0 0 10 0\n"
    "   1: 0100007F:1F90 0100007F:C350 08 00000000:00000001 00:00000000 00000000  1000        0 "
    "4711 1 0 20 4 0 10 -1\n"
    "   2: 0100007F:1F90 0100007F:C351 06 00000000:00000000 03:000016C8 00000000     0        0 0 "
    "3 0\n";

TEST(ParseNetInet, KeepsTheStateAskedFor) {
  const auto listening = parse_net_inet(Family::kTcp, SocketState::kListen, kTcp);
  ASSERT_THAT(listening, SizeIs(1));
  EXPECT_EQ(listening[0].address, "0.0.0.0");
  EXPECT_EQ(listening[0].port, 2024);
  EXPECT_EQ(listening[0].inode, 1603U);
  const auto waiting = parse_net_inet(Family::kTcp, SocketState::kCloseWait, kTcp);
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].inode, 4711U);
}

TEST(ParseNetInet, LeavesOutWhatIsNoSocket) {
  EXPECT_THAT(parse_net_inet(Family::kTcp, SocketState::kListen, ""), IsEmpty());
  EXPECT_THAT(parse_net_inet(Family::kTcp, SocketState::kListen,
                             "0: 00000000 00000000:0000 0A 0 0 0 0 0 1\n"
                             "0: 0000000:07E8 00000000:0000 0A 0 0 0 0 0 1\n"
                             "0: 0000000x:07E8 00000000:0000 0A 0 0 0 0 0 1\n"
                             "0: 00000000:107E8 00000000:0000 0A 0 0 0 0 0 1\n"
                             "0: 00000000:07E8 00000000:0000 0A 0 0 0 0 0\n"),
              IsEmpty());
  for (std::size_t length = 0; length < kTcp.size(); ++length) {
    EXPECT_LE(parse_net_inet(Family::kTcp, SocketState::kListen, kTcp.substr(0, length)).size(),
              1U);
  }
}

TEST(ParseNetUnix, KeepsListenersOnly) {
  const auto sockets = parse_net_unix(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "000000009046724a: 00000003 00000000 00000000 0001 03  1599\n"
      "000000007686f8d6: 00000002 00000000 00010000 0001 01  1600 /run/a b\n"
      "000000007686f8d7: 00000002 00000000 00010000 0001 01  1601 @abstract@\n"
      "000000007686f8d8: 00000002 00000000 00000000 0002 01  1602 /dev/log\n"
      "garbage\n");
  ASSERT_THAT(sockets, SizeIs(2));
  EXPECT_EQ(sockets[0].address, "/run/a b");
  EXPECT_EQ(sockets[0].inode, 1600U);
  EXPECT_EQ(sockets[1].address, "@abstract@");
}

}  // namespace
}  // namespace watertight::proc
