// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes growth that was judged, gives the call sites that are to blame for it, from an
/// unmodified binary. A backend is asked twice: before the launch, so that the daemon starts the
/// way it needs, and when something has grown. It judges nothing, and what it cannot see it says.

#include "blame/growing_sites.h"
#include "blame/suppressions.h"
#include "launch/daemon.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::blame {

/// Makes so many operations (rounded up to whole cycles of the workload) and waits until the daemon
/// is quiet; gives how many were made, fewer where it was interrupted or the daemon died.
using Work = std::function<std::uint64_t(std::uint64_t operations)>;

/// Something grew: who was it?
struct Question {
  launch::Daemon& daemon;  ///< Ready, and launched from the scenario that was prepared.
  Work work;
  std::vector<std::string> resources;  ///< Check ids without `growth.`: `heap`, `fds`, …
  const Suppressions& suppressions;
};

/// What a backend has seen.
struct Answer {
  std::map<std::string, std::vector<Blame>> blame;  ///< By resource; most first.
  std::vector<std::string> remarks;  ///< What it could not look at, and what else it noticed.
};

/// The sites of a resource as they are reported, but for those that are suppressed, of which a
/// remark is made. Shares are of all bytes that were seen to grow, or of all things where there are
/// no bytes.
struct Shared {
  std::vector<Blame> blame;
  std::vector<std::string> remarks;
};
/// `describe` gives what a site left, without the number of things.
Shared share_out(const std::vector<GrowingSites::Site>& sites, const std::string& resource,
                 const Suppressions& suppressions,
                 const std::function<std::string(const GrowingSites::Site&)>& describe);

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;  ///< As in `--blame`: `valgrind`.

  /// Changes how the daemon is launched. Gives the reason, with the remedy, where this daemon
  /// cannot be looked at in this way; the scenario is then as it was.
  virtual std::optional<std::string> prepare(Scenario& scenario) = 0;

  /// Throws HarnessError where the backend's own tools failed.
  virtual Answer explain(const Question& question) = 0;
};

}  // namespace watertight::blame
