// SPDX-License-Identifier: Apache-2.0
#include "blame/black_box.h"

#include "posix/clock.h"
#include "posix/process.h"
#include "posix/socket.h"
#include "proc/process.h"
#include "proc/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;
using probe::Resource;
using probe::Sampler;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A shell that does as it is told, a line at a time.
class BlackBox : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "black_box.XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    auto environment = posix::current_environment();
    environment["DIR"] = folder_;
    auto pair = posix::open_socket_pair();
    shell_.emplace(posix::ChildProcess::spawn({.program = "/bin/bash",
                                               .arguments = {"bash"},
                                               .environment = environment,
                                               .descriptors = {{0, pair.theirs.get()}}}));
    commands_ = std::move(pair.ours);
    sampler_.emplace(
        probe::Target{.root = ::getpid(), .main = shell_->pid(), .state = folder_, .shared = {}});
    tell(":");
  }
  void TearDown() override {
    for (const pid_t pid : proc::descendants(shell_->pid()))
      if (const auto orphan = posix::ProcessHandle::open(pid)) orphan->signal(SIGKILL);
    shell_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Comes back when the shell has done it.
  void tell(const std::string& words) {
    const std::string line =
        words + "\necho done >$DIR/../done." + folder_.filename().string() + "\n";
    const auto done = folder_.parent_path() / ("done." + folder_.filename().string());
    posix::send_some(commands_, line);
    const posix::Deadline deadline(20s);
    while (!std::filesystem::exists(done) && !deadline.has_passed()) posix::pause_for(2ms);
    ASSERT_TRUE(std::filesystem::remove(done));
  }

  Inventory look() {
    sampler_->take(0, 0, Sampler::Depth::kWide);
    return take_inventory(*sampler_);
  }

  /// What the words make grow.
  std::vector<std::string> growth(const std::string& words, Resource resource) {
    const Inventory before = look();
    tell(words);
    return describe_grown(find_grown(before, look(), resource));
  }

  std::string path(const std::string& name) const { return (folder_ / name).native(); }

  std::filesystem::path folder_;
  std::optional<posix::ChildProcess> shell_;
  posix::UniqueFd commands_;
  std::optional<Sampler> sampler_;
};

TEST_F(BlackBox, TellsFilesWithTheirFlags) {
  EXPECT_THAT(
      growth("exec 7>>$DIR/data.log 8>>$DIR/data.log 9</etc/passwd", Resource::kFds),
      ElementsAre("+2 " + path("data.log") + ", write-only, append", "+1 /etc/passwd, read-only"));
}

TEST_F(BlackBox, TellsNumberedFilesAsOne) {
  EXPECT_THAT(growth("exec 7>$DIR/17.msg 8>$DIR/18.msg", Resource::kFds),
              ElementsAre("+2 " + path("#.msg") + ", write-only"));
}

TEST_F(BlackBox, TellsASocketWithItsStateAndPeer) {
  const auto address = posix::SocketAddress::resolve("127.0.0.1", 0).front();
  const posix::UniqueFd listener = posix::listen_at(address);
  const auto port = std::to_string(posix::SocketAddress::local(listener).port());
  EXPECT_THAT(growth("exec 7<>/dev/tcp/127.0.0.1/" + port, Resource::kFds),
              ElementsAre("+1 TCP socket connected, to 127.0.0.1:" + port));

  std::optional<posix::UniqueFd> accepted;
  const posix::Deadline deadline(20s);
  while (!accepted && !deadline.has_passed()) accepted = posix::accept_from(listener);
  ASSERT_TRUE(accepted);
  const Inventory before = look();
  accepted.reset();
  const auto closed = [&] { return describe_grown(find_grown(before, look(), Resource::kFds)); };
  while (closed().empty() && !deadline.has_passed()) posix::pause_for(2ms);
  EXPECT_THAT(closed(), ElementsAre("+1 TCP socket in CLOSE_WAIT, to 127.0.0.1:" + port));
  EXPECT_EQ(find_grown(before, look(), Resource::kCloseWait).size(), 1u);
}

TEST_F(BlackBox, TellsDeletedFilesAndChildrenAndFilesLeft) {
  EXPECT_THAT(growth("exec 7>$DIR/gone; rm $DIR/gone", Resource::kDeletedFiles),
              ElementsAre("+1 " + path("gone") + " (deleted), write-only"));
  EXPECT_THAT(growth("touch $DIR/job.AbCdE1 $DIR/job.AbCdE2", Resource::kFiles),
              ElementsAre("+2 " + path("job.??????")));
  const Inventory before = look();
  tell("sleep 1000 & sleep 1000 &");
  const auto grown = [&] {
    return describe_grown(find_grown(before, look(), Resource::kChildren));
  };
  const posix::Deadline deadline(20s);
  while (grown() != std::vector<std::string>{"+2 sleep"} && !deadline.has_passed())
    posix::pause_for(2ms);  // Until they have executed it.
  EXPECT_THAT(grown(), ElementsAre("+2 sleep"));
}

TEST(FindGrown, SharesGrowthOutAndPassesOverWhatShrank) {
  Inventory before, after;
  auto& old = before[static_cast<std::size_t>(Resource::kFds)];
  auto& now = after[static_cast<std::size_t>(Resource::kFds)];
  old = {{"a", 5}, {"b", 1}, {"c", 3}};
  now = {{"a", 2}, {"b", 2}, {"c", 3}, {"d", 3}};
  const auto grown = find_grown(before, after, Resource::kFds);
  ASSERT_EQ(grown.size(), 2u);
  EXPECT_EQ(grown[0].what, "d");
  EXPECT_EQ(grown[0].count, 3u);
  EXPECT_DOUBLE_EQ(grown[0].share, 0.75);
  EXPECT_THAT(describe_grown(grown, 1), ElementsAre("+3 d"));
  EXPECT_THAT(find_grown(after, after, Resource::kFds), IsEmpty());
}

}  // namespace
}  // namespace watertight::blame
