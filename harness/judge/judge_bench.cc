// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"

#include <benchmark/benchmark.h>

#include <cstdint>

namespace {

using namespace watertight::judge;

/// Judges one resource over a whole budget of 262 144 operations, a sample every 64.
void JudgeWholeRun(benchmark::State& state, const Options& options, double rate, double noise) {
  constexpr std::uint64_t kRound = 64;
  std::int64_t samples = 0;
  for (auto _ : state) {
    GrowthJudge judge(options);
    std::uint64_t random = 1;
    for (std::uint64_t n = 0; n <= options.budget; n += kRound, ++samples) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      const double wobble = noise * static_cast<double>(random >> 40) / (1 << 24);
      judge.observe(
          {n, static_cast<double>(n) / 8000, 1e6 + rate * static_cast<double>(n) + wobble});
    }
    benchmark::DoNotOptimize(judge.verdict());
  }
  state.SetItemsProcessed(samples);  // items_per_second: samples judged.
}

const Options kMemory{.quantum = 4096, .is_exact = false, .default_tolerance = 1};

BENCHMARK_CAPTURE(JudgeWholeRun, clean_counter, Options{}, 0, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, leaking_counter, Options{}, 0.001, 0)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, clean_memory, kMemory, 0, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, noisy_memory, kMemory, 0, 1e5)->Unit(benchmark::kMicrosecond);

/// 100 000 of these in 30 s on two cores are 600 us for one.
const Options kShort{.quantum = 4096, .is_exact = false, .budget = 65536, .default_tolerance = 1};
BENCHMARK_CAPTURE(JudgeWholeRun, series_of_1024_noisy_points, kShort, 0, 1e5)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(JudgeWholeRun, series_of_1024_leaking_points, kShort, 10, 1e4)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
