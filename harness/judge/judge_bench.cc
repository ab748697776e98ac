// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

using namespace watertight::judge;

constexpr std::uint64_t kRound = 64;

/// Judges one resource over a whole budget of operations, a sample every 64.
GrowthVerdict judge_series(const Options& options, double rate, double noise, std::uint64_t seed) {
  GrowthJudge judge(options);
  for (std::uint64_t n = 0; n <= options.budget; n += kRound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const double wobble = noise * static_cast<double>(seed >> 40) / (1 << 24);
    judge.observe({n, static_cast<double>(n) / 8000, 1e6 + rate * static_cast<double>(n) + wobble});
  }
  return judge.verdict();
}

void JudgeWholeRun(benchmark::State& state, const Options& options, double rate, double noise) {
  for (auto _ : state) benchmark::DoNotOptimize(judge_series(options, rate, noise, 1));
  state.SetItemsProcessed(  // items_per_second: samples judged.
      state.iterations() * static_cast<std::int64_t>(options.budget / kRound + 1));
}

const Options kMemory{.quantum = 4096, .is_exact = false, .default_tolerance = 1};

BENCHMARK_CAPTURE(JudgeWholeRun, clean_counter, Options{}, 0, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, leaking_counter, Options{}, 0.001, 0)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, clean_memory, kMemory, 0, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, noisy_memory, kMemory, 0, 1e5)->Unit(benchmark::kMicrosecond);

const Options kShort{.quantum = 4096, .is_exact = false, .budget = 65536, .default_tolerance = 1};
BENCHMARK_CAPTURE(JudgeWholeRun, series_of_1024_noisy_points, kShort, 0, 1e5)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, series_of_1024_leaking_points, kShort, 10, 1e4)
    ->Unit(benchmark::kMicrosecond);

/// So many noisy series of 1 025 points, on all processors.
void JudgeManySeries(benchmark::State& state) {
  for (auto _ : state) {
    std::atomic<std::int64_t> next = 0;
    const auto work = [&] {
      for (std::int64_t i; (i = next++) < state.range(0);)
        benchmark::DoNotOptimize(judge_series(kShort, 0, 1e5, static_cast<std::uint64_t>(i)));
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(work);
    work();
  }
}
BENCHMARK(JudgeManySeries)->Arg(100'000)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
