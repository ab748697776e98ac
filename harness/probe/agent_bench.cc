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

/// What a load costs without the agent and with it, in turns.
class Comparison {
 public:
  Comparison(std::vector<std::string> arguments, const AgentArea::Options& options)
      : arguments_(std::move(arguments)),
        file_(std::filesystem::temp_directory_path() /
              ("agent_bench." + std::to_string(::getpid()) + "." + arguments_.back())),
        area_(file_, options) {}
  ~Comparison() { std::filesystem::remove(file_); }
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// Runs it once each; what it cost with the agent, empty where it failed.
  std::optional<double> take_turn() {
    const auto bare = run_load(arguments_, nullptr), with_agent = run_load(arguments_, &area_);
    if (!bare || !with_agent) return std::nullopt;
    least_bare_ = std::min(least_bare_, *bare);
    least_with_agent_ = std::min(least_with_agent_, *with_agent);
    return with_agent;
  }

  double least_bare() const { return least_bare_; }
  double least_with_agent() const { return least_with_agent_; }
  double added() const { return least_with_agent_ - least_bare_; }

 private:
  std::vector<std::string> arguments_;
  std::filesystem::path file_;
  AgentArea area_;
  double least_bare_ = std::numeric_limits<double>::infinity();
  double least_with_agent_ = std::numeric_limits<double>::infinity();
};

constexpr const char* kLoadFailed = "agent_load failed";

void compare(benchmark::State& state, const std::vector<std::string>& arguments,
             const AgentArea::Options& options) {
  Comparison load(arguments, options);
  for (auto _ : state) {
    const auto nanoseconds = load.take_turn();
    if (!nanoseconds) return state.SkipWithError(kLoadFailed);
    state.SetIterationTime(*nanoseconds * 1e-9);
  }
  state.counters["bare_ns"] = load.least_bare();
  state.counters["agent_ns"] = load.least_with_agent();
  state.counters["x_bare"] = load.least_with_agent() / load.least_bare();
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

const std::vector<std::string> kHoldOne = {"hold", "32", "1"};

/// So many bytes, so many blocks. (Of those above 128 KiB glibc maps each apart.)
void LiveBlocks(benchmark::State& state) {
  Comparison many({"hold", std::to_string(state.range(0)), std::to_string(state.range(1))}, kExact);
  Comparison one(kHoldOne, kExact);
  for (auto _ : state) {
    if (!many.take_turn() || !one.take_turn()) return state.SkipWithError(kLoadFailed);
    state.SetIterationTime(0);
  }
  state.counters["bytes_per_block"] =
      (many.added() - one.added()) / static_cast<double>(state.range(1));
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

/// Anonymous memory of a process that holds one block.
void Fixed(benchmark::State& state) {
  Comparison one(kHoldOne, kExact);
  for (auto _ : state) {
    if (!one.take_turn()) return state.SkipWithError(kLoadFailed);
    state.SetIterationTime(0);
  }
  state.counters["bytes"] = one.added();
}
BENCHMARK(Fixed)->UseManualTime()->Iterations(2);

}  // namespace
}  // namespace watertight::probe
