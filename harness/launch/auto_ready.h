// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/endpoint.h"
#include "launch/ready_signs.h"
#include "proc/process.h"

#include <map>
#include <set>
#include <vector>

namespace watertight::launch {

/// Readiness that finds itself: a listening socket at every endpoint the stress talks to on this
/// machine; where it names none, any new listening socket and then quiet; else quiet alone, and for
/// a daemon that is never quiet, one second of life and a sleep, or five seconds. Only reads
/// `/proc` and sock_diag, as a connection would be an operation.
class AutoReady : public ReadySign {
 public:
  AutoReady(std::vector<Endpoint> endpoints, const std::vector<proc::SocketFact>& before);
  bool is_shown(const Glance& glance) override;
  std::string describe() const override;

 private:
  bool serves_endpoints(const Glance& glance) const;
  bool is_quiet(const Glance& glance);
  std::vector<proc::SocketFact> new_listeners(const Glance& glance) const;

  using Activity = std::map<pid_t, std::vector<proc::ThreadActivity>>;

  std::vector<Endpoint> endpoints_;
  std::set<std::uint32_t> before_;  ///< Inodes of sockets that listened before the launch.
  Activity last_activity_;
  bool sleeps_ = false;  ///< All of its threads, at the last look.
  Duration unchanged_since_{};
  Duration next_look_{};
  std::optional<Duration> listening_since_;
};

}  // namespace watertight::launch
