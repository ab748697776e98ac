// SPDX-License-Identifier: Apache-2.0
// What a real daemon pays for the agent under the load of the tool that is usual for it: operations
// a second and CPU time for each, with the agent, over those without. Two instances run at once and
// are asked in turns; the fastest and the cheapest round of each count, because whatever else this
// machine does only adds.

#include "launch/endpoint.h"
#include "launch/site.h"
#include "posix/clock.h"
#include "posix/process.h"
#include "probe/agent_area.h"
#include "scenario/file.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

/// `client` asks `operations` times; {port} is the daemon's.
struct Load {
  const char* daemon;
  std::vector<std::string> client;
  double operations;
};

double in_seconds(posix::Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

template <typename Started, typename Result>
Started taken_from(Result& result) {
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&result))
    throw std::runtime_error(failure->message);
  return std::get<Started>(std::move(result));
}

class Served {
 public:
  Served(const Load& load, bool has_agent) : load_(load) {
    const std::string file = std::string(WATERTIGHT_REAL_DAEMONS "/") + load.daemon + ".toml";
    Scenario scenario = scenario::read_scenario_file(file);
    scenario::complete_and_validate(scenario);
    auto prepared = launch::Site::prepare(scenario);
    site_.emplace(taken_from<launch::Site>(prepared));
    launch::Site::Start how;
    if (has_agent) area_.emplace(how.agent_area = site_->folder().root() / "agent");
    auto started = site_->start(how);
    daemon_.emplace(taken_from<launch::Daemon>(started));
  }

  /// False where the client failed.
  bool ask() {
    const auto port = std::to_string(launch::local_endpoints(site_->scenario()).at(0).port);
    posix::ChildProcess::Plan how;
    how.environment = posix::current_environment();
    how.program = load_.client.front();
    for (std::string argument : load_.client) {
      const auto place = argument.find("{port}");
      if (place != std::string::npos) argument.replace(place, 6, port);
      how.arguments.push_back(argument);
    }
    const posix::UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    how.descriptors = {{0, nowhere.get()}, {1, nowhere.get()}, {2, nowhere.get()}};
    const auto cpu_before = cpu_seconds();
    const auto start = posix::Clock::now();
    auto client = posix::ChildProcess::spawn(how);
    const auto status = client.wait(posix::Deadline(60s));
    fastest_ = std::min(fastest_, in_seconds(posix::Clock::now() - start));
    cheapest_ = std::min(cheapest_, cpu_seconds() - cpu_before);
    return status && status->is_success();
  }

  double operations_per_second() const { return load_.operations / fastest_; }
  double cpu_microseconds() const { return 1e6 * cheapest_ / load_.operations; }
  /// What the agent has counted at all.
  bool is_counted() const {
    return area_ && std::ranges::any_of(daemon_->processes(),
                                        [&](pid_t pid) { return !area_->sites(pid).empty(); });
  }

 private:
  double cpu_seconds() const {
    double seconds = 0;
    for (const pid_t pid : daemon_->processes())
      seconds += in_seconds(posix::cpu_time_of(pid).value_or(posix::Clock::duration{}));
    return seconds;
  }

  const Load& load_;
  std::optional<launch::Site> site_;
  std::optional<probe::AgentArea> area_;
  std::optional<launch::Daemon> daemon_;
  double fastest_ = std::numeric_limits<double>::infinity();
  double cheapest_ = std::numeric_limits<double>::infinity();
};

void compare(benchmark::State& state, const Load& load) {
  if (!std::filesystem::exists(load.client.front()))
    return state.SkipWithError((load.client.front() + " is not installed").c_str());
  Served bare(load, false), counted(load, true);
  for (auto _ : state)
    if (!bare.ask() || !counted.ask()) return state.SkipWithError("the client failed");
  if (!counted.is_counted()) return state.SkipWithError("the agent has counted nothing");
  state.counters["bare_ops_s"] = bare.operations_per_second();
  state.counters["agent_ops_s"] = counted.operations_per_second();
  state.counters["ops_lost_%"] =
      100 * (1 - counted.operations_per_second() / bare.operations_per_second());
  state.counters["bare_us"] = bare.cpu_microseconds();
  state.counters["agent_us"] = counted.cpu_microseconds();
  state.counters["x_cpu"] = counted.cpu_microseconds() / bare.cpu_microseconds();
}

std::vector<std::string> redis(std::vector<std::string> options) {
  options.insert(options.begin(), {"/usr/bin/redis-benchmark", "-p", "{port}", "-q"});
  return options;
}

const Load kRedisSet{"redis-server", redis({"-t", "set", "-n", "200000", "-r", "100000"}), 200'000};
const Load kRedisSetPipelined{
    "redis-server", redis({"-t", "set", "-n", "1000000", "-r", "100000", "-P", "16"}), 1'000'000};
const Load kRedisHashPipelined{
    "redis-server", redis({"-t", "hset", "-n", "1000000", "-r", "100000", "-P", "16"}), 1'000'000};
const Load kMemcached{
    "memcached",
    {"/usr/bin/memcaslap", "-s", "127.0.0.1:{port}", "-T", "1", "-c", "32", "-x", "200000"},
    200'000};
const Load kNginx{
    "nginx",
    {"/usr/bin/ab", "-q", "-n", "40000", "-c", "16", "http://127.0.0.1:{port}/index.html"},
    40'000};

#define WATERTIGHT_LOAD(name) \
  BENCHMARK_CAPTURE(compare, name, k##name)->Iterations(7)->Unit(benchmark::kSecond)->UseRealTime()

WATERTIGHT_LOAD(RedisSet);
WATERTIGHT_LOAD(RedisSetPipelined);
WATERTIGHT_LOAD(RedisHashPipelined);
WATERTIGHT_LOAD(Memcached);
WATERTIGHT_LOAD(Nginx);

}  // namespace
}  // namespace watertight::run
