// SPDX-License-Identifier: Apache-2.0
// What a daemon pays for the agent: CPU time for each operation with it, over that without it, of a
// program that does nothing else. Run in turns; `x_bare` is the ratio of the fastest runs, because
// whatever else this machine does only adds. Each of four threads does as much as one alone.
// Memory: bytes for each live block beyond its own.

#include "probe/agent_area.h"

#include "posix/clock.h"
#include "posix/pipe.h"
#include "posix/process.h"

#include <benchmark/benchmark.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace watertight::probe {
namespace {

using namespace std::chrono_literals;

/// What `agent_load` prints for these arguments; under the agent where there is an area.
std::optional<double> run_load(std::vector<std::string> arguments, const AgentArea* area) {
  std::map<std::string, std::string> environment;
  if (area != nullptr) {
    const std::string& variable = area->variable();
    const auto equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
    environment["LD_PRELOAD"] = WATERTIGHT_BUILD "/libwatertight-agent.so";
  }
  const posix::Pipe output = posix::open_pipe();
  arguments.insert(arguments.begin(), "agent_load");
  auto child = posix::ChildProcess::spawn({.program = WATERTIGHT_AGENT_LOAD,
                                           .arguments = arguments,
                                           .environment = environment,
                                           .descriptors = {{0, 0}, {1, output.writing.get()}}});
  const auto status = child.wait(posix::Deadline(120s));
  if (!status || !status->is_success()) return std::nullopt;
  char text[64] = {};
  if (::read(output.reading.get(), text, sizeof text - 1) <= 0) return std::nullopt;
  return std::strtod(text, nullptr);
}

void compare(benchmark::State& state, const std::vector<std::string>& arguments,
             const AgentArea::Options& options, bool is_memory = false) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("agent_bench." + std::to_string(::getpid()));
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double fastest_bare = kNone, fastest = kNone;
  {
    const AgentArea area(file, options);
    for (auto _ : state) {
      const auto bare = run_load(arguments, nullptr), with_agent = run_load(arguments, &area);
      if (!bare || !with_agent) return state.SkipWithError("agent_load failed");
      state.SetIterationTime(*with_agent * 1e-9);
      fastest_bare = std::min(fastest_bare, *bare);
      fastest = std::min(fastest, *with_agent);
    }
  }
  std::filesystem::remove(file);
  if (is_memory) {
    state.counters["bytes_per_block"] = (fastest - fastest_bare) / std::stod(arguments.back());
  } else {
    state.counters["bare_ns"] = fastest_bare;
    state.counters["agent_ns"] = fastest;
    state.counters["x_bare"] = fastest / fastest_bare;
  }
}

#define WATERTIGHT_COMPARE(name, options, ...)                                   \
  void name(benchmark::State& state) { compare(state, {__VA_ARGS__}, options); } \
  BENCHMARK(name)->UseManualTime()->Iterations(15)

constexpr AgentArea::Options kExact{};
constexpr AgentArea::Options kSampled{.sample_shift = 6};

WATERTIGHT_COMPARE(StormExact, kExact, "storm", "1", "2000000");
WATERTIGHT_COMPARE(StormExactFourThreads, kExact, "storm", "4", "2000000");
WATERTIGHT_COMPARE(StormSampled, kSampled, "storm", "1", "2000000");
WATERTIGHT_COMPARE(StormSampledFourThreads, kSampled, "storm", "4", "2000000");
WATERTIGHT_COMPARE(LoopExact, kExact, "loop", "1", "2000000");
WATERTIGHT_COMPARE(LoopExactFourThreads, kExact, "loop", "4", "2000000");
WATERTIGHT_COMPARE(LoopSampled, kSampled, "loop", "1", "2000000");
WATERTIGHT_COMPARE(OpenWithStacks, kExact, "open", "1", "50000");
WATERTIGHT_COMPARE(OpenWithStacksFourThreads, kExact, "open", "4", "50000");
WATERTIGHT_COMPARE(MapWithStacks, kExact, "mmap", "1", "50000");

/// So many bytes, so many blocks. (Of those above 128 KiB glibc maps each apart.)
void LiveBlocks(benchmark::State& state) {
  compare(state, {"hold", std::to_string(state.range(0)), std::to_string(state.range(1))}, kExact,
          true);
}
BENCHMARK(LiveBlocks)
    ->UseManualTime()
    ->Iterations(2)
    ->Args({32, 100'000})
    ->Args({32, 1'000'000})
    ->Args({240, 100'000})
    ->Args({1'000, 100'000})
    ->Args({2'000, 100'000})
    ->Args({10'000, 20'000})
    ->Args({100'000, 5'000})
    ->Args({500'000, 2'000});

void Fixed(benchmark::State& state) {
  compare(state, {"hold", "32", "1"}, kExact, true);
  state.SetLabel("bytes_per_block is the fixed part: anonymous memory of the process");
}
BENCHMARK(Fixed)->UseManualTime()->Iterations(2);

}  // namespace
}  // namespace watertight::probe
