// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "posix/clock.h"
#include "posix/socket.h"
#include "rehearsals/client.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kReloads = 10, kQuickReloads = 4;
constexpr Duration kWatched = 100ms, kQuickWatched = 60ms;
constexpr auto kBetween = 500us;
constexpr auto kMostForQuiet = 500ms;

/// Where clients of the scenario connect: its first stream socket.
std::optional<posix::SocketAddress> find_address(const Scenario& scenario) {
  for (const Stress& stress : scenario.stress) {
    const auto endpoint = launch::endpoint_of(stress);
    if (!endpoint || endpoint->family == proc::SocketFact::Family::kUdp ||
        !endpoint->is_on_this_machine())
      continue;
    if (endpoint->family == proc::SocketFact::Family::kUnix)
      return posix::SocketAddress::of_path(endpoint->path);
    const auto addresses = posix::SocketAddress::resolve(endpoint->host, endpoint->port);
    if (!addresses.empty()) return addresses.front();
  }
  return std::nullopt;
}

/// Whether nobody listens there in this instant. On loopback connect(2) tells at once; a listener
/// that is busy takes the connection all the same.
bool is_refused(const posix::SocketAddress& address) {
  const posix::UniqueFd socket = posix::open_socket(address.family(), SOCK_STREAM);
  int error = posix::connect_to(socket, address);
  if (error == EINPROGRESS) error = posix::take_error(socket);
  posix::reset_on_close(socket);
  return error == ECONNREFUSED || error == ENOENT;
}

struct Attempts {
  int made = 0;
  int refused = 0;
};

void connect_during_reload(launch::Daemon& daemon, const posix::SocketAddress& address,
                           Duration watched, Attempts& attempts) {
  const posix::Deadline deadline(watched);
  daemon.main().signal(SIGHUP);
  while (!deadline.has_passed() && daemon.is_alive()) {
    ++attempts.made;
    attempts.refused += is_refused(address) ? 1 : 0;
    posix::pause_for(kBetween);
  }
}

}  // namespace

CheckResult reload_no_gap(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const auto address = find_address(daemon->scenario());
  if (!address) return not_applicable("needs a --stress that connects to it: tcp, unix, http");
  if (ignores_reload(*daemon)) return not_applicable("it ignores SIGHUP: there is no reload");
  Client client(*daemon);
  if (const auto complaint = client.complaint(interrupted))
    return inconclusive("before the first reload " + *complaint);
  if (is_refused(*address)) return inconclusive("it refuses connections before the first reload");
  Attempts attempts;
  const int reloads = scenario.is_quick ? kQuickReloads : kReloads;
  for (int i = 1; i <= reloads && !stage.is_interrupted(); ++i) {
    connect_during_reload(*daemon, *address, scenario.is_quick ? kQuickWatched : kWatched,
                          attempts);
    if (!daemon->is_alive()) return judge_end(*daemon, i);
    wait_until_quiet(*daemon, kMostForQuiet);
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (attempts.refused > 0)
    return failed(fmt::format("{} of {} connections were refused during {} reloads",
                              attempts.refused, attempts.made, reloads),
                  describe_instance(*daemon));
  return passed(
      fmt::format("{} connections during {} reloads, none refused; would have caught a "
                  "gap of a millisecond",
                  attempts.made, reloads));
}

}  // namespace watertight::rehearsals
