// SPDX-License-Identifier: Apache-2.0
#include "stress/stress.h"

#include "posix/socket.h"
#include "scenario/parse.h"
#include "stress/callable.h"
#include "stress/datagram_client.h"
#include "stress/exec.h"
#include "stress/http_client.h"
#include "stress/idle.h"
#include "stress/pipe.h"
#include "stress/rounds.h"
#include "stress/signal.h"
#include "stress/socket_client.h"

#include <fmt/format.h>
#include <watertight/error.h>

#include <utility>

namespace watertight::stress {
namespace {

/// The numbers behind HOST:PORT, IPv4 first.
std::vector<posix::SocketAddress> resolve(const std::string& name, const std::string& target) {
  const auto [host, port] = scenario::parse_host_port(target);
  auto addresses = posix::SocketAddress::resolve(host, port);
  if (addresses.empty()) {
    throw ScenarioError(fmt::format("stress {}: unknown host `{}`", name, host));
  }
  return addresses;
}

std::vector<posix::SocketAddress> at_path(const std::string& path) {
  const auto address = posix::SocketAddress::of_path(path);
  if (!address) {
    throw ScenarioError(fmt::format(
        "stress unix:{}: a socket's path has 1 to 107 bytes; choose a shorter TMPDIR or name",
        path));
  }
  return {*address};
}

std::unique_ptr<Driver> make_socket_client(const Stress& stress, unsigned concurrency) {
  const bool is_tcp = stress.kind == Stress::Kind::kTcp;
  std::string name = (is_tcp ? "tcp:" : "unix:") + stress.target;
  auto addresses = is_tcp ? resolve(name, stress.target) : at_path(stress.target);
  return std::make_unique<SocketClient>(SocketPlan{.name = std::move(name),
                                                   .addresses = std::move(addresses),
                                                   .send = stress.send,
                                                   .expect = stress.expect,
                                                   .manners = stress.manners,
                                                   .concurrency = concurrency});
}

std::unique_ptr<Driver> make_datagram_client(const Stress& stress, unsigned concurrency) {
  const std::string name = "udp:" + stress.target;
  return std::make_unique<DatagramClient>(
      DatagramPlan{.name = name,
                   .address = resolve(name, stress.target).front(),
                   .send = stress.send,
                   .expect = stress.expect,
                   .concurrency = concurrency});
}

std::unique_ptr<Driver> make_driver(const Stress& stress, launch::Daemon& daemon) {
  const unsigned concurrency = daemon.scenario().concurrency;
  const CommandPlan command{.command = stress.target, .output = daemon.folder().root() / "stress"};
  switch (stress.kind) {
    case Stress::Kind::kTcp:
    case Stress::Kind::kUnix:
      return make_socket_client(stress, concurrency);
    case Stress::Kind::kUdp:
      return make_datagram_client(stress, concurrency);
    case Stress::Kind::kHttp:
      return std::make_unique<HttpClient>(HttpPlan{
          .url = stress.target, .keep_alive = stress.keep_alive, .concurrency = concurrency});
    case Stress::Kind::kExec:
      return std::make_unique<Exec>(daemon.workbench(), command, stress.operations_per_run);
    case Stress::Kind::kPipe:
      return std::make_unique<Pipe>(daemon.workbench(), command);
    case Stress::Kind::kSignal:
      return std::make_unique<Signal>(daemon.main(), stress.target);
    case Stress::Kind::kCallable:
      return std::make_unique<Callable>(stress.callable, daemon.instance());
    case Stress::Kind::kIdle:
      break;
  }
  return std::make_unique<Idle>();
}

Rounds make_rounds(launch::Daemon& daemon, const std::vector<Stress>& stress) {
  std::vector<std::unique_ptr<Driver>> drivers;
  for (const Stress& one : stress) drivers.push_back(make_driver(one, daemon));
  if (drivers.empty()) drivers.push_back(std::make_unique<Idle>());
  return Rounds(std::move(drivers));
}

}  // namespace

struct Workload::State {
  State(launch::Daemon& the_daemon, const std::vector<Stress>& stress)
      : daemon(the_daemon), rounds(make_rounds(the_daemon, stress)) {}

  launch::Daemon& daemon;
  Rounds rounds;
};

Workload::Workload(launch::Daemon& daemon) : Workload(daemon, daemon.scenario().stress) {}

Workload::Workload(launch::Daemon& daemon, const std::vector<Stress>& stress)
    : state_(std::make_unique<State>(daemon, stress)) {}

Workload::~Workload() = default;

std::uint64_t Workload::cycle() const { return state_->rounds.cycle(); }

Tally Workload::next_round(std::uint64_t operations, std::optional<double> operations_per_second,
                           const std::function<int()>& interrupted) {
  const auto has_to_end = [&] {
    const int number = interrupted ? interrupted() : 0;
    return number != 0 ? number : static_cast<int>(!state_->daemon.is_alive());
  };
  return state_->rounds.next(operations, operations_per_second, has_to_end);
}

}  // namespace watertight::stress
