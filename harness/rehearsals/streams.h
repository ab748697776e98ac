// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "posix/clock.h"
#include "posix/socket.h"

#include <watertight/scenario.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// A stream socket at which a daemon is found, and what its clients say there.
struct Stream {
  std::string name;  ///< "tcp 127.0.0.1:80"
  posix::SocketAddress address;
  std::vector<std::string> requests;  ///< As the stress has them; empty where nothing is known.
};

/// Where the stress has something to say in the clear: tcp and unix with text, http.
std::vector<Stream> spoken_streams(const Scenario& scenario);

/// Everything that the instance listens on; nothing to say.
std::vector<Stream> listening_streams(const launch::Daemon& daemon);

/// Clients that keep their connections. The destructor hangs up.
class HeldClients {
 public:
  /// `silent` ones at each socket that the instance listens on, and as many that had one answer,
  /// where it is known what to ask. Returns when the instance has had time to accept them.
  HeldClients(const launch::Daemon& daemon, std::size_t silent);

  /// Those that are connected still: the daemon has neither closed nor reset them.
  std::size_t count();

  /// They hang up, and the daemon can know.
  void leave() { sockets_.clear(); }

 private:
  std::vector<posix::UniqueFd> sockets_;
};

/// Whether a client who comes now is answered, as the stress asks. Throws HarnessError.
bool serves_new_clients(launch::Daemon& daemon);

}  // namespace watertight::rehearsals
