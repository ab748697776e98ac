// SPDX-License-Identifier: Apache-2.0
// What one sample of the cheap resources costs, beside the bare syscalls that it needs and beside a
// listing of /proc/PID/fd, by number of descriptors. Ratios from one run: `x_bare` is sample /
// bare, taken in turns.

#include "probe/sampler.h"

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/open_directory.h"
#include "posix/process.h"
#include "proc/files.h"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <optional>

namespace watertight::probe {
namespace {

using namespace std::chrono_literals;
using posix::Clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// A child of the benchmark that holds `count` descriptors; empty where the limits of the machine
/// forbid it.
std::optional<posix::ChildProcess> start_holder(std::int64_t count) {
  auto child = posix::ChildProcess::spawn({.program = WATERTIGHT_HOLDER,
                                           .arguments = {"holder", std::to_string(count)},
                                           .environment = {},
                                           .descriptors = {{0, 0}, {1, 1}, {2, 2}}});
  const posix::Deadline deadline(20s);
  while (proc::count_open_files(child.pid()) != static_cast<std::uint64_t>(count)) {
    if (deadline.has_passed() || child.poll_exit()) return std::nullopt;
    posix::pause_for(1ms);
  }
  return child;
}

/// The syscalls of one cheap sample of one process, and nothing else.
class BareLook {
 public:
  explicit BareLook(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const std::string self = "/proc/" + std::to_string(::getpid());
    fds_ = folder + "/fd";
    status_ = posix::open_file(folder + "/status", O_RDONLY);
    children_ = posix::open_file(folder + "/task/" + std::to_string(pid) + "/children", O_RDONLY);
    root_ = posix::open_file(self + "/task/" + std::to_string(::getpid()) + "/children", O_RDONLY);
  }

  void operator()() {
    struct stat facts {};
    benchmark::DoNotOptimize(::stat(fds_.c_str(), &facts));
    for (const auto* file : {&root_, &status_, &children_})
      benchmark::DoNotOptimize(::pread(file->get(), buffer_, sizeof buffer_, 0));
  }

 private:
  std::string fds_;
  posix::UniqueFd status_, children_, root_;
  char buffer_[8192];
};

void CheapSample(benchmark::State& state) {
  const auto holder = start_holder(state.range(0));
  if (!holder) return state.SkipWithError("this machine does not allow so many descriptors");
  Sampler sampler({::getpid(), holder->pid(), "/nonexistent"});
  BareLook bare(holder->pid());
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
  state.counters["x_bare"] = sample_seconds / bare_seconds;
}

void DirectoryListing(benchmark::State& state) {
  const auto holder = start_holder(state.range(0));
  if (!holder) return state.SkipWithError("this machine does not allow so many descriptors");
  const std::string folder = "/proc/" + std::to_string(holder->pid()) + "/fd";
  for (auto _ : state) {
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(posix::OpenDirectory::open(folder)->names().size());
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
