// SPDX-License-Identifier: Apache-2.0
// What a launch costs, and how long anything of it outlives a harness that was killed with SIGKILL.

#include "launch/daemon.h"
#include "posix/file.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

/// Guard program up, `/bin/sleep` executed and its pidfd here.
void BM_GuardUntilSpawned(benchmark::State& state) {
  Command command;
  command.arguments = {"/bin/sleep", "1000"};
  for (auto _ : state) {
    Guard guard = Guard::start({});
    benchmark::DoNotOptimize(guard.spawn(command));
    state.PauseTiming();
    guard.end_all();
    { const Guard ended = std::move(guard); }
    state.ResumeTiming();
  }
}
BENCHMARK(BM_GuardUntilSpawned)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The floor: fork and exec alone.
void BM_PosixSpawn(benchmark::State& state) {
  posix::ChildProcess::Plan plan;
  plan.program = "/bin/sleep";
  plan.arguments = {"/bin/sleep", "1000"};
  for (auto _ : state) {
    posix::ChildProcess child = posix::ChildProcess::spawn(plan);
    state.PauseTiming();
    { const posix::ChildProcess ended = std::move(child); }
    state.ResumeTiming();
  }
}
BENCHMARK(BM_PosixSpawn)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_EndAll(benchmark::State& state) {
  Command command;
  command.arguments = {"/bin/sleep", "1000"};
  Guard guard = Guard::start({});
  for (auto _ : state) {
    state.PauseTiming();
    benchmark::DoNotOptimize(guard.spawn(command));
    state.ResumeTiming();
    guard.end_all();
  }
}
BENCHMARK(BM_EndAll)->Unit(benchmark::kMillisecond)->UseRealTime();

/// From SIGKILL of the harness until the run folder is gone, which is the last thing that the guard
/// does.
void BM_HarnessKilledUntilAllIsGone(benchmark::State& state, const char* daemon) {
  const fs::path folder =
      fs::temp_directory_path() / ("launch_bench." + std::to_string(::getpid()));
  fs::create_directory(folder);
  const posix::UniqueFd nothing = posix::open_file("/dev/null", O_RDWR);
  posix::ChildProcess::Plan plan;
  plan.program = WATERTIGHT_LAUNCH_TESTDATA "/launch_and_wait";
  plan.arguments = {plan.program, "/bin/sh", "-c",
                    std::string(WATERTIGHT_LAUNCH_TESTDATA "/") + daemon + "; exec sleep 1000"};
  plan.environment = posix::current_environment();
  plan.environment.insert_or_assign("TMPDIR", folder);
  plan.descriptors = {{0, nothing.get()}, {1, nothing.get()}, {2, nothing.get()}};
  for (auto _ : state) {
    posix::ChildProcess harness = posix::ChildProcess::spawn(plan);
    posix::pause_for(std::chrono::milliseconds(500));
    if (fs::is_empty(folder)) state.SkipWithError("nothing was launched");
    const auto start = posix::Clock::now();
    harness.handle().signal(SIGKILL);
    while (!fs::is_empty(folder)) posix::pause_for(std::chrono::microseconds(200));
    state.SetIterationTime(std::chrono::duration<double>(posix::Clock::now() - start).count());
  }
  fs::remove(folder);
}
BENCHMARK_CAPTURE(BM_HarnessKilledUntilAllIsGone, double_fork, "double_fork")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(10);
BENCHMARK_CAPTURE(BM_HarnessKilledUntilAllIsGone, crowd_of_200, "fork_crowd")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(10);
BENCHMARK_CAPTURE(BM_HarnessKilledUntilAllIsGone, chain_of_forks, "fork_chain")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(10);

}  // namespace
}  // namespace watertight::launch
