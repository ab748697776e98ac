// SPDX-License-Identifier: Apache-2.0
// What a program pays for being watched, by the agent and by the tools that people use otherwise:
// CPU time for each operation of all processes that take part (a tracer, a consumer of events),
// over that without a tool. Starting is not counted: a run of one operation is taken off. Run in
// turns; `x_bare` is the ratio of the cheapest runs.

#include "probe/agent_area.h"

#include "posix/clock.h"
#include "posix/process.h"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace watertight::probe {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;

struct Tool {
  std::vector<std::string> command = {};  ///< Put before the program; a path first.
  std::string program = WATERTIGHT_AGENT_LOAD;
  std::optional<AgentArea::Options> agent = {};
  path installed = command.empty() ? path("/") : path(command.front());
};

path scratch() {
  return std::filesystem::temp_directory_path() / ("tools_bench." + std::to_string(::getpid()));
}

/// Of all children that were waited for, theirs included.
double children_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> cpu_seconds(const Tool& tool, const std::string& load, long operations) {
  posix::ChildProcess::Plan how;
  how.environment = posix::current_environment();
  how.arguments = tool.command;
  how.arguments.insert(how.arguments.end(), {tool.program, load, "1", std::to_string(operations)});
  how.program = how.arguments.front();
  std::optional<AgentArea> area;
  if (tool.agent) {
    std::filesystem::remove(scratch() / "agent");
    area.emplace(scratch() / "agent", *tool.agent);
    const std::string& variable = area->variable();
    const auto equals = variable.find('=');
    how.environment[variable.substr(0, equals)] = variable.substr(equals + 1);
    how.environment["LD_PRELOAD"] = WATERTIGHT_BUILD "/libwatertight-agent.so";
  }
  const posix::UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  how.descriptors = {{0, nowhere.get()}, {1, nowhere.get()}, {2, nowhere.get()}};
  const double before = children_cpu_seconds();
  auto child = posix::ChildProcess::spawn(how);
  const auto status = child.wait(posix::Deadline(300s));
  if (!status || !status->is_success()) return std::nullopt;
  return children_cpu_seconds() - before;
}

/// Of `operations`, without those of the start; the cheapest that was seen of each is kept.
struct Cost {
  double start = std::numeric_limits<double>::infinity();
  double whole = std::numeric_limits<double>::infinity();

  bool measure(const Tool& tool, const std::string& load, long operations) {
    const auto one = cpu_seconds(tool, load, 1), all = cpu_seconds(tool, load, operations);
    if (!one || !all) return false;
    start = std::min(start, *one);
    whole = std::min(whole, *all);
    return true;
  }
  double per_operation(long operations) const {
    return (whole - start) / static_cast<double>(operations);
  }
};

void compare(benchmark::State& state, const Tool& tool, const std::string& load, long operations,
             long bare_operations) {
  if (!std::filesystem::exists(tool.installed))
    return state.SkipWithError((tool.installed.native() + " is not installed").c_str());
  std::filesystem::create_directories(scratch());
  Cost bare, watched;
  for (auto _ : state) {
    if (!bare.measure({}, load, bare_operations) || !watched.measure(tool, load, operations)) {
      state.SkipWithError("the program failed");
      break;
    }
    state.SetIterationTime(watched.whole);
  }
  std::filesystem::remove_all(scratch());
  state.counters["bare_ns"] = 1e9 * bare.per_operation(bare_operations);
  state.counters["tool_ns"] = 1e9 * watched.per_operation(operations);
  state.counters["x_bare"] =
      watched.per_operation(operations) / bare.per_operation(bare_operations);
}

const Tool kAgentExact{.agent = AgentArea::Options{}};
const Tool kAgentSampled{.agent = AgentArea::Options{.sample_shift = 6}};
const Tool kHeaptrack{.command = {"/usr/bin/heaptrack", "-o", scratch() / "heaptrack"}};
const Tool kMemcheck{.command = {"/usr/bin/valgrind", "--leak-check=full", "--track-fds=yes"}};
const Tool kAsan{.program = WATERTIGHT_AGENT_LOAD_ADDRESS};
const Tool kLsan{.program = WATERTIGHT_AGENT_LOAD_LEAK};
const Tool kStrace{
    .command = {"/usr/bin/strace", "-f", "-k", "-e", "trace=openat,close", "-o", "/dev/null"}};

/// The load begins when the probes of the tool, which follows a process that is there, are in
/// place: with its first report. It needs root, a kernel with uprobes, and that kernel's headers.
constexpr const char* kUnderMemleak = R"(
there=$(mktemp -d) && mkfifo "$there/go" || exit 1
(read go <"$there/go"; exec "$0" "$@") & load=$!
PYTHONUNBUFFERED=1 memleak-bpfcc -p "$load" 1 >"$there/reports" 2>&1 & memleak=$!
until grep -q 'Top 10' "$there/reports"; do
  kill -0 "$memleak" || { kill "$load"; rm -r "$there"; exit 1; }
  sleep 0.1
done
echo >"$there/go"; wait "$load"; status=$?
kill "$memleak"; wait "$memleak"
rm -r "$there"; exit "$status")";
const Tool kBpfMemleak{.command = {"/bin/sh", "-c", kUnderMemleak},
                       .installed = "/usr/sbin/memleak-bpfcc"};

constexpr long kMany = 3'000'000, kSome = 300'000, kOpens = 100'000, kFew = 1'000;

#define WATERTIGHT_TOOL(load, tool, operations, bare)                         \
  BENCHMARK_CAPTURE(compare, load##_##tool, k##tool, #load, operations, bare) \
      ->UseManualTime()                                                       \
      ->Iterations(3)

WATERTIGHT_TOOL(storm, AgentExact, kMany, kMany);
WATERTIGHT_TOOL(storm, AgentSampled, kMany, kMany);
WATERTIGHT_TOOL(storm, Heaptrack, kSome, kMany);
WATERTIGHT_TOOL(storm, Memcheck, kSome, kMany);
WATERTIGHT_TOOL(storm, Asan, kMany, kMany);
WATERTIGHT_TOOL(storm, Lsan, kMany, kMany);
WATERTIGHT_TOOL(storm, BpfMemleak, kSome, kMany);
WATERTIGHT_TOOL(open, AgentExact, kOpens, kOpens);
WATERTIGHT_TOOL(open, AgentSampled, kOpens, kOpens);
WATERTIGHT_TOOL(open, Heaptrack, kOpens, kOpens);
WATERTIGHT_TOOL(open, Memcheck, kOpens, kOpens);
WATERTIGHT_TOOL(open, Asan, kOpens, kOpens);
WATERTIGHT_TOOL(open, Lsan, kOpens, kOpens);
WATERTIGHT_TOOL(open, Strace, kFew, kOpens);

}  // namespace
}  // namespace watertight::probe
