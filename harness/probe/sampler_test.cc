// SPDX-License-Identifier: Apache-2.0
#include "probe/sampler.h"

#include "posix/clock.h"
#include "posix/process.h"
#include "posix/socket.h"
#include "proc/files.h"
#include "proc/process.h"
#include "proc/sockets.h"
#include "proc/tree.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace watertight::probe {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A process tree below the test program: the shell's words, until they `exec sleep`.
class SamplerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "sampler.XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    if (child_) {
      for (const pid_t pid : proc::descendants(child_->pid()))
        if (const auto orphan = posix::ProcessHandle::open(pid)) orphan->signal(SIGKILL);
    }
    child_.reset();
    fs::remove_all(folder_);
  }

  void start(const std::string& shell_words) {
    auto environment = posix::current_environment();
    environment["DIR"] = folder_.string();
    child_.emplace(
        posix::ChildProcess::spawn({.program = "/bin/sh",
                                    .arguments = {"sh", "-c", shell_words + "; exec sleep 1000"},
                                    .environment = environment,
                                    .descriptors = {}}));
    wait_for([this] {
      const auto stat = proc::read_stat(child_->pid());
      return stat && stat->comm == "sleep" && stat->state == 'S';  // Loaded, and asleep.
    });
  }

  template <typename Claim>
  static void wait_for(Claim claim) {
    const posix::Deadline deadline(20s);
    while (!claim() && !deadline.has_passed()) posix::pause_for(2ms);
    ASSERT_TRUE(claim());
  }

  Sampler sampler() const {
    return Sampler({.root = ::getpid(), .main = child_->pid(), .state = folder_, .shared = {}});
  }
  Sample look() const { return sampler().take(0, 0, Sampler::Depth::kWide); }

  fs::path folder_;
  std::optional<posix::ChildProcess> child_;
};

TEST_F(SamplerTest, CountsDescriptorsOfTheTree) {
  start("exec 7</dev/null 8</dev/null");
  const auto expected = proc::read_open_files(child_->pid());
  ASSERT_TRUE(expected);
  EXPECT_EQ(look()[Resource::kFds], static_cast<double>(expected->size()));
}

TEST_F(SamplerTest, SeesMemoryThreadsAndMappings) {
  start(":");
  const Sample sample = look();
  EXPECT_EQ(sample[Resource::kThreads], 1);
  EXPECT_GE(sample[Resource::kRss], 4096);
  const auto maps = proc::read_maps(child_->pid());
  ASSERT_TRUE(maps);
  EXPECT_EQ(sample[Resource::kMaps], static_cast<double>(maps->size()));
  EXPECT_EQ(sample[Resource::kUnjoinedThreads], 0);
}

TEST_F(SamplerTest, TellsZombiesFromLiveChildren) {
  // After exec, sleep never waits for the two that the shell started.
  start("sleep 999 & sleep 0.1 & true");
  wait_for([this] { return look()[Resource::kZombies] == 1; });
  EXPECT_EQ(look()[Resource::kChildren], 2);
  EXPECT_EQ(look()[Resource::kThreads], 2);
}

TEST_F(SamplerTest, FindsDeletedFilesThatAreHeldOpen) {
  start("exec 9>$DIR/gone; rm $DIR/gone");
  EXPECT_EQ(look()[Resource::kDeletedFiles], 1);
}

TEST_F(SamplerTest, CountsFilesInTheStateFolder) {
  start("touch $DIR/a $DIR/b");
  EXPECT_EQ(look()[Resource::kFiles], 2);
}

TEST_F(SamplerTest, CountsAConnectionThatThePeerHasLeftUntilItIsClosed) {
  start(":");
  Sampler watching = sampler();
  const auto look = [&] {
    return watching.take(0, 0, Sampler::Depth::kWide)[Resource::kCloseWait];
  };
  EXPECT_EQ(look(), 0);

  const auto listener = posix::listen_at(posix::SocketAddress::resolve("127.0.0.1", 0).at(0));
  posix::UniqueFd client = posix::open_socket(AF_INET, SOCK_STREAM);
  posix::connect_to(client, posix::SocketAddress::local(listener));
  std::optional<posix::UniqueFd> server;
  wait_for([&] { return server || (server = posix::accept_from(listener)); });
  std::optional<posix::ChildProcess> holder =
      posix::ChildProcess::spawn({.program = "/bin/sleep",
                                  .arguments = {"sleep", "1000"},
                                  .environment = {},
                                  .descriptors = {{7, server->get()}}});
  server.reset();
  posix::end_sending(client);
  wait_for([&] { return look() == 1; });

  const std::uint16_t port = posix::SocketAddress::local(client).port();
  posix::reset_on_close(client);
  client.reset();
  wait_for([&] {  // A reset has ended it, and the descriptor is still there.
    return std::ranges::none_of(proc::close_wait_sockets(), [&](const proc::SocketFact& one) {
      return one.peer == "127.0.0.1:" + std::to_string(port);
    });
  });
  EXPECT_EQ(look(), 1);
  holder.reset();
  EXPECT_EQ(look(), 0);
}

TEST_F(SamplerTest, TellsHowFullTheDescriptorTableIs) {
  start("ulimit -n 40; exec 7</dev/null");
  Sampler watching = sampler();
  const Sample sample = watching.take(0, 0, Sampler::Depth::kCheap);
  ASSERT_TRUE(watching.fill(Resource::kFds));
  EXPECT_EQ(watching.fill(Resource::kFds)->limit, 40);
  EXPECT_EQ(sample.fill(Resource::kFds), *sample[Resource::kFds] / 40);
}

TEST_F(SamplerTest, LooksCheaplyWithoutTheDearResources) {
  start(":");
  const Sample sample = sampler().take(5, 1.5, Sampler::Depth::kCheap);
  EXPECT_EQ(sample.operations, 5u);
  EXPECT_EQ(sample.seconds, 1.5);
  EXPECT_TRUE(sample[Resource::kFds]);
  EXPECT_FALSE(sample[Resource::kMaps]);
  EXPECT_FALSE(sample[Resource::kFiles]);
}

TEST_F(SamplerTest, FollowsTheTreeAsProcessesComeAndGo) {
  start(":");
  Sampler watching = sampler();
  EXPECT_EQ(watching.take(0, 0, Sampler::Depth::kCheap)[Resource::kThreads], 1);
  child_.reset();
  const Sample after = watching.take(1, 1, Sampler::Depth::kCheap);
  EXPECT_EQ(after[Resource::kThreads], 0);
  EXPECT_EQ(after[Resource::kChildren], 0);
}

}  // namespace
}  // namespace watertight::probe
