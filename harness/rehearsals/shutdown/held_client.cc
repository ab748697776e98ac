// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/parting.h"
#include "rehearsals/stage.h"
#include "rehearsals/streams.h"

namespace watertight::rehearsals {
namespace {

constexpr std::size_t kClients = 2;  // Of each kind, at each socket.

}  // namespace

CheckResult shutdown_held_client(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  if (listening_streams(*daemon).empty())
    return not_applicable("it listens on no stream socket: tcp or unix");
  HeldClients clients(*daemon, kClients);
  const std::size_t count = clients.count();
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return inconclusive("it ended before SIGTERM");
  if (count == 0) return not_applicable("it keeps no connection of a client that is silent");
  return part_from(*daemon,
                   {.name = "with " + count_of(count, "idle client", "idle clients"),
                    .count = [&clients] { return clients.count(); },
                    .leave = [&clients] { clients.leave(); }},
                   interrupted);
}

}  // namespace watertight::rehearsals
