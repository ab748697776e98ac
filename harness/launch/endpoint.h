// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/sockets.h"

#include <watertight/scenario.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// Where a daemon is to listen, as a scenario names it.
struct Endpoint {
  proc::SocketFact::Family family = proc::SocketFact::Family::kTcp;
  std::string host;           ///< tcp, udp
  std::uint16_t port = 0;     ///< tcp, udp
  std::string path;           ///< unix
  std::string request = "/";  ///< http: what is asked for.
  bool is_encrypted = false;  ///< https

  std::string describe() const;  ///< "tcp 127.0.0.1:80", "unix /run/d.sock"

  /// Loopback, any address, or a path; a name other than `localhost` may be somewhere else.
  bool is_on_this_machine() const;

  /// True where a client that connects here can reach that socket.
  bool reaches(const proc::SocketFact& listener) const;
};

/// What the sign of readiness names; empty where it is of another kind. Throws ScenarioError.
std::optional<Endpoint> endpoint_of(const Ready& ready);
std::optional<Endpoint> endpoint_of(const Stress& stress);

/// All endpoints of a scenario (placeholders replaced) that its daemon has to serve on this
/// machine.
std::vector<Endpoint> local_endpoints(const Scenario& scenario);

}  // namespace watertight::launch
