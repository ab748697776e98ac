// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/limits/shortage.h"

namespace watertight::rehearsals {
namespace {

constexpr std::uint64_t kMore = 1 << 20;

/// A little more than it has; nothing for a zombie.
std::optional<std::uint64_t> most_for(pid_t pid) {
  const auto status = proc::read_status(pid);
  if (!status || status->virtual_bytes == 0) return std::nullopt;
  return status->virtual_bytes + kMore;
}

}  // namespace

CheckResult limits_enomem(const Scenario& scenario, const Interrupted& interrupted) {
  TreeLimit limit;
  return withstand(scenario, interrupted,
                   {.of = "memory (ENOMEM)",
                    .begin = [&limit](launch::Daemon& daemon) -> std::optional<std::string> {
                      limit.begin(daemon, posix::Resource::kAddressSpace, most_for);
                      if (limit.is_refused()) return "its limits are not ours to set";
                      return std::nullopt;
                    },
                    .end = [&limit](launch::Daemon& daemon) { limit.end(daemon); }});
}

}  // namespace watertight::rehearsals
