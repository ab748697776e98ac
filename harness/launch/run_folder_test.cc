// SPDX-License-Identifier: Apache-2.0
#include "launch/run_folder.h"

#include "launch/ports.h"
#include "launch/program.h"
#include "launch/test_support.h"
#include "posix/file.h"
#include "posix/socket.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <set>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using testing::Folder;
using ::testing::HasSubstr;

RunFolder made() { return RunFolder::create(RunFolder::choose_path(), ""); }

TEST(RunFolder, IsPrivate) {
  const RunFolder folder = made();
  EXPECT_EQ(fs::status(folder.root()).permissions(), fs::perms::owner_all);
  EXPECT_THAT(folder.root().filename().native(), ::testing::StartsWith("watertight."));
  EXPECT_TRUE(fs::is_directory(folder.state() / "tmp"));
  EXPECT_TRUE(fs::is_regular_file(folder.output()));
}

TEST(RunFolder, IsRemovedWithReadOnlyFoldersAndWithoutFollowingLinks) {
  const Folder elsewhere;
  posix::write_file(elsewhere.path() / "precious", "x");
  fs::path root;
  {
    const RunFolder folder = made();
    root = folder.root();
    const fs::path closed = folder.state() / "closed";
    fs::create_directories(closed / "inner");
    posix::write_file(closed / "inner" / "file", "x");
    fs::create_directory_symlink(elsewhere.path(), closed / "link");
    fs::create_symlink("nowhere", folder.state() / "dangling");
    ASSERT_EQ(::mkfifo((folder.state() / "pipe").c_str(), 0600), 0);
    fs::permissions(closed / "inner", fs::perms::none);
    fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  }
  EXPECT_FALSE(fs::exists(root));
  EXPECT_TRUE(fs::exists(elsewhere.path() / "precious"));
}

TEST(RunFolder, IsNeverOneThatExists) {
  const Folder existing;
  EXPECT_THROW(RunFolder::create(existing.path(), ""), HarnessError);
  EXPECT_TRUE(fs::exists(existing.path()));
}

TEST(RunFolder, BelongsToWhoeverItWasMovedTo) {
  RunFolder first = made();
  const fs::path root = first.root();
  {
    const RunFolder second = std::move(first);
    EXPECT_TRUE(fs::exists(root));
  }
  EXPECT_FALSE(fs::exists(root));
}

TEST(Ports, AreDifferentAndOutsideTheRangeOfClients) {
  const Ports first = Ports::choose(20);
  const Ports second = Ports::choose(20);
  std::set<std::uint16_t> all(first.numbers().begin(), first.numbers().end());
  all.insert(second.numbers().begin(), second.numbers().end());
  EXPECT_EQ(all.size(), 40U);
  unsigned low = 0;
  unsigned high = 0;
  std::istringstream(*posix::read_file("/proc/sys/net/ipv4/ip_local_port_range")) >> low >> high;
  for (const std::uint16_t number : all) EXPECT_FALSE(number >= low && number <= high) << number;
}

TEST(Ports, AreFreeWhereNobodyIs) {
  const Ports ports = Ports::choose(1);
  const std::uint16_t port = ports.numbers().front();
  EXPECT_TRUE(is_free(port));
  const auto address = posix::SocketAddress::resolve("127.0.0.1", port).front();
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const posix::UniqueFd holder = posix::listen_at(address, type);
    EXPECT_FALSE(is_free(port)) << type;
  }
  EXPECT_TRUE(is_free(port));
}

/// As one in TIME_WAIT does, which a busy machine may have no place for (tcp_max_tw_buckets).
TEST(Ports, AreNotFreeWhileAConnectionOutlivesItsListener) {
  const Ports ports = Ports::choose(1);
  const auto address = posix::SocketAddress::resolve("127.0.0.1", ports.numbers().front()).front();
  const posix::UniqueFd client = posix::open_socket(AF_INET, SOCK_STREAM);
  std::optional<posix::UniqueFd> server;
  {
    const posix::UniqueFd listener = posix::listen_at(address);
    posix::connect_to(client, address);
    ASSERT_TRUE(
        testing::eventually([&] { return (server = posix::accept_from(listener)).has_value(); }));
  }
  EXPECT_FALSE(is_free(address.port()));
}

TEST(Ports, AreNoneWhereNoneIsWanted) { EXPECT_TRUE(Ports::choose(0).numbers().empty()); }

TEST(FindProgram, SearchesThePathOfTheEnvironment) {
  const Folder folder;
  posix::write_file(folder.path() / "daemon", "#!/bin/sh\n", 0755);
  const auto found = find_program("daemon", {{"PATH", "/nowhere:" + folder.path().native()}});
  ASSERT_TRUE(std::holds_alternative<fs::path>(found));
  EXPECT_EQ(std::get<fs::path>(found), folder.path() / "daemon");
}

TEST(FindProgram, TellsThatTheOnlyCandidateIsNotExecutable) {
  const Folder folder;
  posix::write_file(folder.path() / "daemon", "x", 0644);
  const auto found = find_program("daemon", {{"PATH", folder.path()}});
  ASSERT_TRUE(std::holds_alternative<NoProgram>(found));
  EXPECT_THAT(std::get<NoProgram>(found).message, HasSubstr("chmod +x"));
}

TEST(FindProgram, RefusesAnEmptyCommand) {
  EXPECT_TRUE(std::holds_alternative<NoProgram>(find_program("", {})));
}

}  // namespace
}  // namespace watertight::launch
