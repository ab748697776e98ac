// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"
#include "rehearsals/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace watertight::rehearsals {
namespace {

constexpr std::size_t kClients = 2;

std::set<std::uint16_t> tcp_ports_of(const launch::Daemon& daemon) {
  std::set<std::uint16_t> ports;
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes()))
    if (socket.family == proc::SocketFact::Family::kTcp) ports.insert(socket.port);
  return ports;
}

/// Connections of an instance that is gone, as the kernel keeps them: "2 in TIME_WAIT".
std::size_t count_remains(const std::set<std::uint16_t>& ports) {
  std::size_t count = 0;
  for (const auto state : {proc::SocketState::kTimeWait, proc::SocketState::kFinWait2}) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        proc::tcp_sockets(state),
        [&ports](const proc::SocketFact& socket) { return ports.contains(socket.port); }));
  }
  return count;
}

}  // namespace

CheckResult shutdown_restart(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const auto ports = tcp_ports_of(*daemon);
  HeldClients clients(*daemon, kClients);
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  clients.leave();  // Only now: who closes first keeps the connection in TIME_WAIT.
  if (stage.is_interrupted()) return stage.trouble();

  const std::size_t remains = count_remains(ports);
  const std::string in_the_way = remains == 0
                                     ? ""
                                     : fmt::format(", {} of the last one in TIME_WAIT",
                                                   count_of(remains, "connection", "connections"));
  auto again = stage.site()->start();
  if (stage.is_interrupted()) return stage.trouble();
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&again)) {
    std::vector<std::string> evidence;
    for (const std::string& line : failure->log_tail) evidence.push_back("log: " + line);
    return failed(fmt::format("started again at once{}, it does not get ready: {}", in_the_way,
                              failure->message),
                  evidence);
  }
  const Duration time = std::get<launch::Daemon>(again).ready_after();
  if (!ports.empty() && remains == 0)
    return not_applicable("no connection of it stays in TIME_WAIT: it resets or outlives them");
  return passed(
      fmt::format("started again at once{}, it is ready after {}; would have caught a "
                  "port or a socket that it cannot have again",
                  in_the_way, text_of(time)));
}

}  // namespace watertight::rehearsals
