// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/unique_fd.h"

#include <cstdint>
#include <vector>

namespace watertight::launch {

/// Whether any program could bind it now, TCP and UDP, IPv4 and IPv6: one that does not set
/// SO_REUSEADDR cannot for the minute that a connection of its last holder is in TIME_WAIT
/// (socket(7)).
bool is_free(std::uint16_t port);

/// Free ports of the loopback interface for one instance. They lie outside the range that the
/// kernel gives to clients (ip_local_port_range), so that no client of the stress can take one
/// before the daemon binds it; and no other harness on this machine chooses them while this lives.
class Ports {
 public:
  /// `count` different ports that are free. Throws HarnessError.
  static Ports choose(unsigned count);

  const std::vector<std::uint16_t>& numbers() const { return numbers_; }

 private:
  std::vector<std::uint16_t> numbers_;
  std::vector<posix::UniqueFd> claims_;
};

}  // namespace watertight::launch
