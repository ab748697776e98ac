// SPDX-License-Identifier: Apache-2.0
#include "probe/agent_area.h"

#include "posix/clock.h"
#include "posix/pipe.h"
#include "posix/process.h"
#include "proc/process.h"
#include "proc/tree.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace watertight::probe {
namespace {

constexpr auto kPatience = std::chrono::seconds(120);

/// A program under the agent that is talked to line by line.
class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "agent_test.XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::current_path(folder_);
  }
  ~AgentTest() override {
    child_.reset();
    std::filesystem::current_path("/");
    std::filesystem::remove_all(folder_);
  }

  void start(const std::string& program, const AgentArea::Options& options = {},
             const std::string& preloaded_too = "") {
    if (!area_) area_.emplace(folder_ / "area", options);
    auto environment = posix::current_environment();
    const std::string& variable = area_->variable();
    const auto equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
    environment["LD_PRELOAD"] = WATERTIGHT_BUILD "/libwatertight-agent.so " + preloaded_too;
    posix::Pipe out = posix::open_pipe();
    int in[2];
    ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);  // The program waits for what it is told.
    const posix::UniqueFd childs_end(in[0]);
    to_child_ = posix::UniqueFd(in[1]);
    child_ = posix::ChildProcess::spawn(
        {.program = program,
         .arguments = {program},
         .environment = environment,
         .descriptors = {{0, childs_end.get()}, {1, out.writing.get()}, {2, 2}}});
    from_child_ = std::move(out.reading);
  }

  void tell(const std::string& line) {
    ASSERT_EQ(::write(to_child_.get(), line.data(), line.size()),
              static_cast<ssize_t>(line.size()));
  }

  std::string hear() {
    std::string line;
    const posix::Deadline deadline(kPatience);
    while (!line.ends_with('\n') && !deadline.has_passed()) {
      pollfd waiting{from_child_.get(), POLLIN, 0};
      ::poll(&waiting, 1, deadline.left_for_poll());
      char byte = 0;
      const auto size = ::read(from_child_.get(), &byte, 1);
      if (size == 0) return line + "(end)";
      if (size == 1) line += byte;
    }
    return line;
  }

  void take(const std::string& step, const std::string& direction) {
    tell(step + " " + direction);
    ASSERT_EQ(hear(), "done\n") << step << " " << direction;
  }

  void expect_every_form_of_new();

  AgentCount total(AgentKind kind) const {
    return area_->total(child_->pid(), kind).value_or(AgentCount{-1, -1});
  }

  /// Of the sites in the program itself.
  AgentCount total_of_program(AgentKind kind) const {
    AgentCount sum;
    const auto program =
        std::filesystem::read_symlink("/proc/" + std::to_string(child_->pid()) + "/exe");
    const auto mappings = proc::read_maps(child_->pid());
    for (const AgentSite& site : area_->sites(child_->pid()))
      for (const proc::Mapping& mapping : *mappings)
        if (site.kind == kind && mapping.path == program && site.caller >= mapping.start &&
            site.caller < mapping.end)
          sum += site.live;
    return sum;
  }

  std::filesystem::path folder_;
  std::optional<AgentArea> area_;
  std::optional<posix::ChildProcess> child_;
  posix::UniqueFd to_child_, from_child_;
};

using enum AgentKind;

struct Step {
  const char* name;
  AgentKind kind;
  std::int64_t count = 1;
  std::int64_t bytes = 0;
};

constexpr std::int64_t kPages = 8 * 4096;
const Step kSteps[] = {
    {"malloc", kHeap, 1, 100},
    {"calloc", kHeap, 1, 100},
    {"realloc", kHeap, 1, 100},
    {"realloc_larger", kHeap, 1, 100},
    {"realloc_smaller", kHeap, 1, 100},
    {"realloc_failed", kHeap, 1, 100},
    {"reallocarray", kHeap, 1, 100},
    {"overflow", kHeap, 1, 100},
    {"posix_memalign", kHeap, 1, 100},
    {"aligned_alloc", kHeap, 1, 128},
    {"memalign", kHeap, 1, 100},
    {"valloc", kHeap, 1, 100},
    {"pvalloc", kHeap, 1, 100},
    {"malloc_usable_size", kHeap, 1, 100},
    {"strdup", kHeap, 1, 11},
    {"open", kFd},
    {"openat", kFd},
    {"socket", kFd},
    {"socketpair", kFd, 2},
    {"accept", kFd},
    {"accept4", kFd},
    {"dup", kFd},
    {"dup2", kFd},
    {"dup2_twice", kFd},
    {"dup2_same", kFd},
    {"dup3", kFd},
    {"fcntl", kFd},
    {"fcntl_cloexec", kFd},
    {"pipe", kFd, 2},
    {"pipe2", kFd, 2},
    {"epoll_create", kFd},
    {"epoll_create1", kFd},
    {"eventfd", kFd},
    {"timerfd_create", kFd},
    {"signalfd", kFd},
    {"inotify_init", kFd},
    {"inotify_init1", kFd},
    {"memfd_create", kFd},
    {"scm_rights", kFd},
    {"opendir", kFd},
    {"fopen", kFd},
    {"freopen", kFd},
    {"tmpfile", kFd},
    {"popen", kFd},
    {"close_range", kFd},
    {"closefrom", kFd},
    {"pthread_join", kThread},
    {"pthread_detach", kThread},
    {"pthread_tryjoin_np", kThread},
    {"pthread_timedjoin_np", kThread},
    {"detached", kThread},
    {"fork", kChild},
    {"vfork", kChild},
    {"vfork_exec", kChild},
    {"posix_spawn", kChild},
    {"posix_spawnp", kChild},
    {"waitid", kChild},
    {"mkstemp", kFile},
    {"mkostemp", kFile},
    {"mkstemps", kFile},
    {"mkostemps", kFile},
    {"mkdtemp", kFile},
    {"create", kFile},
    {"creat", kFile},
    {"fopen_write", kFile},
    {"rename", kFile},
    {"rename_onto", kFile},
    {"mmap", kMapping, 1, kPages},
    {"munmap_parts", kMapping, 1, kPages},
    {"mremap", kMapping, 1, kPages},
    {"map_fixed", kMapping, 1, kPages},
};

TEST_F(AgentTest, CountsWhatEachFunctionMakesAndGivesUp) {
  start(WATERTIGHT_AGENT_HOOKS);
  for (const Step& step : kSteps) {
    // Once for what libc keeps from then on (streams' buffers, stacks of threads).
    take(step.name, "up");
    take(step.name, "down");
    std::map<AgentKind, AgentCount> before;
    for (const AgentKind kind : {kHeap, kFd, kThread, kChild, kFile, kMapping})
      before[kind] = total(kind);
    take(step.name, "up");
    const AgentCount up = total(step.kind);
    EXPECT_EQ(up.count - before[step.kind].count, step.count) << step.name;
    EXPECT_EQ(up.bytes - before[step.kind].bytes, step.bytes) << step.name;
    take(step.name, "down");
    for (const auto& [kind, count] : before) {
      if (kind == kHeap && step.kind != kHeap)
        continue;  // Threads and streams have some of libc's.
      EXPECT_EQ(total(kind).count, count.count) << step.name << " " << static_cast<int>(kind);
      EXPECT_EQ(total(kind).bytes, count.bytes) << step.name << " " << static_cast<int>(kind);
    }
  }
  for (const AgentKind kind : {kHeap, kFd}) EXPECT_EQ(area_->missed(child_->pid(), kind), 0u);
}

void AgentTest::expect_every_form_of_new() {
  for (const std::string form :
       {"plain", "array", "sized", "sized_array", "nothrow", "nothrow_array", "aligned",
        "aligned_array", "aligned_sized", "aligned_sized_array", "aligned_nothrow",
        "aligned_nothrow_array", "after_bad_alloc"}) {
    take(form, "up");
    take(form, "down");
    const AgentCount before = total(kHeap), own = total_of_program(kHeap);
    take(form, "up");
    EXPECT_EQ(total(kHeap).count - before.count, 1) << form;
    EXPECT_EQ(total(kHeap).bytes - before.bytes, 100) << form;
    EXPECT_EQ(total_of_program(kHeap).count - own.count, 1) << form << ": who called operator new";
    take(form, "down");
    EXPECT_EQ(total(kHeap).count, before.count) << form;
    EXPECT_EQ(total(kHeap).bytes, before.bytes) << form;
  }
}

TEST_F(AgentTest, CountsNewAndDelete) {
  start(WATERTIGHT_AGENT_NEWS);
  expect_every_form_of_new();
}

TEST_F(AgentTest, CountsNewAndDeleteOfAnotherAllocator) {
  const std::string jemalloc = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2";
  if (!std::filesystem::exists(jemalloc)) GTEST_SKIP() << jemalloc << " is not installed";
  start(WATERTIGHT_AGENT_NEWS, {}, jemalloc);
  expect_every_form_of_new();
}

TEST_F(AgentTest, FollowsForks) {
  start(WATERTIGHT_AGENT_HOOKS);
  take("malloc", "up");
  take("child_with_blocks", "up");
  const auto children = proc::descendants(child_->pid());
  ASSERT_EQ(children.size(), 1u);
  const auto childs = area_->total(children.front(), kHeap);
  ASSERT_TRUE(childs);
  EXPECT_EQ(childs->count, total(kHeap).count + 3);
  EXPECT_EQ(childs->bytes, total(kHeap).bytes + 300);
  EXPECT_EQ(area_->total(children.front(), kChild)->count, 0);
  take("child_with_blocks", "down");
  area_->release_ended();
  EXPECT_FALSE(area_->is_counting(children.front()));
  EXPECT_TRUE(area_->is_counting(child_->pid()));
}

TEST_F(AgentTest, FollowsExec) {
  start(WATERTIGHT_AGENT_HOOKS);
  take("malloc", "up");
  take("exec", "up");  // Answered by the new program.
  EXPECT_LT(total(kHeap).bytes, 100000);
  const AgentCount before = total(kHeap);
  take("malloc", "up");
  EXPECT_EQ(total(kHeap).count - before.count, 1);
}

TEST_F(AgentTest, TellsStacksApartOnceAsked) {
  start(WATERTIGHT_AGENT_HOOKS);
  take("one_way", "up");
  std::optional<AgentSite> grown;
  for (const AgentSite& site : area_->sites(child_->pid()))
    if (site.kind == kHeap && site.live.count == 1 && site.live.bytes == 100) grown = site;
  ASSERT_TRUE(grown);
  EXPECT_TRUE(grown->frames.empty());
  ASSERT_TRUE(area_->take_stacks(child_->pid(), grown->number));
  for (const char* way : {"one_way", "one_way", "other_way", "other_way", "other_way"})
    take(way, "up");
  std::vector<std::int64_t> counts;
  for (const AgentSite& site : area_->sites(child_->pid())) {
    if (site.kind != kHeap || site.caller != grown->caller || site.frames.empty()) continue;
    EXPECT_EQ(site.frames.front(), site.caller);
    EXPECT_GE(site.frames.size(), 4u) << "allocate, way, take_step, main";
    counts.push_back(site.live.count);
  }
  std::ranges::sort(counts);
  EXPECT_EQ(counts, (std::vector<std::int64_t>{2, 3}));
}

TEST_F(AgentTest, TakesStacksOfDescriptorsFromTheStart) {
  start(WATERTIGHT_AGENT_HOOKS);
  take("close_range", "up");  // Descriptor 1000.
  const auto number = area_->site_of_descriptor(child_->pid(), 1000);
  ASSERT_TRUE(number);
  for (const AgentSite& site : area_->sites(child_->pid()))
    if (site.number == *number) {
      EXPECT_EQ(site.kind, kFd);
      EXPECT_GE(site.frames.size(), 3u);
      EXPECT_EQ(site.live.count, 1);
      return;
    }
  FAIL() << "no site " << *number;
}

TEST_F(AgentTest, SaysWhereItDoesNotCount) {
  start(WATERTIGHT_AGENT_STATIC);
  take("malloc", "up");
  EXPECT_FALSE(area_->is_counting(child_->pid()));
  EXPECT_EQ(area_->total(child_->pid(), kHeap), std::nullopt);
}

// Where there is no place for the area on its disk, the first touch would end the daemon by SIGBUS.
TEST_F(AgentTest, StaysOutWhereTheDiskIsFull) {
  const auto small = folder_ / "small";
  std::filesystem::create_directory(small);
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=8k") != 0)
    GTEST_SKIP() << "needs to mount a file system: " << std::strerror(errno);
  area_.emplace(small / "area");
  std::ofstream(small / "filler") << std::string(8192, 'x');
  start(WATERTIGHT_AGENT_HOOKS);
  take("malloc", "up");
  EXPECT_FALSE(area_->is_counting(child_->pid()));
  area_.reset();
  EXPECT_EQ(::umount2(small.c_str(), MNT_DETACH), 0);
}

TEST_F(AgentTest, EstimatesWhereItSamples) {
  start(WATERTIGHT_AGENT_STORM, {.sample_shift = 4});
  std::istringstream account(hear());
  double blocks = 0, bytes = 0;
  ASSERT_TRUE(account >> blocks >> bytes) << account.str();
  // Some 400 of some 6 000 blocks: a standard deviation of 5 %, and six of them.
  EXPECT_NEAR(static_cast<double>(total_of_program(kHeap).count), blocks, 0.3 * blocks);
}

TEST_F(AgentTest, CountsExactlyUnderThreadsForksAndSignals) {
  start(WATERTIGHT_AGENT_STORM);
  std::istringstream account(hear());
  std::int64_t blocks = 0, bytes = 0;
  ASSERT_TRUE(account >> blocks >> bytes) << account.str();
  ASSERT_GT(blocks, 1000);
  const AgentCount live = total_of_program(kHeap);
  EXPECT_EQ(live.count, blocks);
  EXPECT_EQ(live.bytes, bytes);
  EXPECT_EQ(total_of_program(kChild).count, 0);
  EXPECT_EQ(total_of_program(kFd).count, 0);
  EXPECT_EQ(total_of_program(kThread).count, 0);
  for (const AgentKind kind : {kHeap, kFd}) EXPECT_EQ(area_->missed(child_->pid(), kind), 0u);
  EXPECT_EQ(area_->refused(), 0u);
  to_child_.reset();
  const auto status = child_->wait(posix::Deadline(kPatience));
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->is_success()) << status->describe();
}

}  // namespace
}  // namespace watertight::probe
