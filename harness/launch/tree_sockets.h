// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/endpoint.h"
#include "proc/sockets.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// The listening sockets that any of these processes holds: asking the kernel is no operation for
/// the daemon, connecting would be.
std::vector<proc::SocketFact> listeners_of(const std::vector<pid_t>& processes);

/// Of `candidates`, those that any of these processes holds.
std::vector<proc::SocketFact> held_by(const std::vector<pid_t>& processes,
                                      const std::vector<proc::SocketFact>& candidates);

/// "tcp 127.0.0.1:80"
std::string describe(const proc::SocketFact& socket);

/// Who serves one of these endpoints already, as a sentence with the remedy; empty where nobody
/// does.
std::optional<std::string> find_port_holder(const std::vector<Endpoint>& endpoints);

}  // namespace watertight::launch
