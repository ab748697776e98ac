// SPDX-License-Identifier: Apache-2.0
// What one sample of the cheap resources costs, beside the bare syscalls that it needs and beside a
// listing of /proc/PID/fd, by number of descriptors. Ratios from one run: `x_bare` is sample /
// bare, taken in turns.

#include "probe/sampler.h"

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/limit.h"
#include "posix/open_directory.h"
#include "posix/process.h"
#include "proc/files.h"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace watertight::probe {
namespace {

using namespace std::chrono_literals;
using posix::Clock;

constexpr std::int64_t kSpare = 16;  // What a holder needs besides, see holds_descriptors.c.

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Children of the benchmark that hold `count` descriptors together: one, or where one may not have
/// so many (RLIMIT_NOFILE, which only CAP_SYS_RESOURCE raises), as few as can.
std::vector<posix::ChildProcess> start_holders(std::int64_t count) {
  const auto limit = posix::limit_of(::getpid(), posix::Resource::kDescriptors);
  const std::int64_t most = limit ? static_cast<std::int64_t>(limit->hard) - kSpare : count;
  std::vector<posix::ChildProcess> holders;
  for (std::int64_t left = count; left > 0; left -= most) {
    const auto share = std::min(left, most);
    holders.push_back(posix::ChildProcess::spawn({.program = WATERTIGHT_HOLDER,
                                                  .arguments = {"holder", std::to_string(share)},
                                                  .environment = {},
                                                  .descriptors = {{0, 0}, {1, 1}, {2, 2}}}));
    const posix::Deadline deadline(20s);
    while (proc::count_open_files(holders.back().pid()) != static_cast<std::uint64_t>(share)) {
      if (deadline.has_passed() || holders.back().poll_exit()) return {};
      posix::pause_for(1ms);
    }
  }
  return holders;
}

/// The syscalls of one cheap sample, and nothing else: three a process, and one for their parent.
class BareLook {
 public:
  explicit BareLook(const std::vector<posix::ChildProcess>& holders) {
    files_.push_back(posix::open_file(children_of(::getpid()), O_RDONLY));
    for (const auto& holder : holders) {
      const std::string folder = "/proc/" + std::to_string(holder.pid());
      folders_.push_back(folder + "/fd");
      files_.push_back(posix::open_file(folder + "/status", O_RDONLY));
      files_.push_back(posix::open_file(children_of(holder.pid()), O_RDONLY));
    }
  }

  void operator()() {
    for (const std::string& folder : folders_) {
      struct stat facts {};
      benchmark::DoNotOptimize(::stat(folder.c_str(), &facts));
    }
    for (const auto& file : files_)
      benchmark::DoNotOptimize(::pread(file.get(), buffer_, sizeof buffer_, 0));
  }

 private:
  static std::string children_of(pid_t pid) {
    return "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children";
  }

  std::vector<std::string> folders_;
  std::vector<posix::UniqueFd> files_;
  char buffer_[8192];
};

void CheapSample(benchmark::State& state) {
  const auto holders = start_holders(state.range(0));
  if (holders.empty()) return state.SkipWithError("the holders did not open so many descriptors");
  Sampler sampler({::getpid(), holders.front().pid(), "/nonexistent"});
  BareLook bare(holders);
  double bare_seconds = 0, sample_seconds = 0;
  for (auto _ : state) {
    const auto begin = Clock::now();
    bare();
    const auto middle = Clock::now();
    const Sample sample = sampler.take(0, 0, Sampler::Depth::kCheap);
    const auto end = Clock::now();
    if (sample[Resource::kFds] != static_cast<double>(state.range(0)))
      return state.SkipWithError("miscounted");
    bare_seconds += seconds(middle - begin);
    sample_seconds += seconds(end - middle);
    state.SetIterationTime(seconds(end - middle));
  }
  state.counters["bare_us"] = bare_seconds * 1e6 / static_cast<double>(state.iterations());
  state.counters["processes"] = static_cast<double>(holders.size());
  state.counters["x_bare"] = sample_seconds / bare_seconds;
}

void DirectoryListing(benchmark::State& state) {
  const auto holders = start_holders(state.range(0));
  if (holders.empty()) return state.SkipWithError("the holders did not open so many descriptors");
  for (auto _ : state) {
    const auto begin = Clock::now();
    for (const auto& holder : holders) {
      const std::string folder = "/proc/" + std::to_string(holder.pid()) + "/fd";
      benchmark::DoNotOptimize(posix::OpenDirectory::open(folder)->names().size());
    }
    state.SetIterationTime(seconds(Clock::now() - begin));
  }
}

BENCHMARK(CheapSample)
    ->Arg(10)
    ->Arg(1000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(DirectoryListing)
    ->Arg(10)
    ->Arg(1000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watertight::probe
