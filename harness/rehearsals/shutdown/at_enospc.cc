// SPDX-License-Identifier: Apache-2.0
#include "launch/account.h"
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/namespaces.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
/// In a mount namespace of its own the folder "$0" is a copy of itself on a small disk, with room
/// for what a start writes.
constexpr const char* kOnSmallDisk =
    R"(disk=$(mktemp -d /tmp/watertight.XXXXXX) && size=$(($(du -sk "$0" | cut -f1) + 16384)) &&
  mount -t tmpfs -o size=${size}k small "$disk" && cp -a "$0/." "$disk" &&
  chown --reference="$0" "$disk" && chmod --reference="$0" "$disk" &&
  mount --bind "$disk" "$0" && umount -l "$disk" && rmdir "$disk" && exec "$@")";

std::vector<std::string> on_small_disk(const std::string& folder) {
  return {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", kOnSmallDisk, folder};
}

/// Writes until there is no room left, as the daemon sees the folder.
void fill(const std::filesystem::path& folder) {
  std::ofstream file(folder / "tmp" / "fills_the_disk", std::ios::binary);
  const std::array<char, 4096> page{};
  while (file.write(page.data(), page.size()).flush()) continue;
}

/// Its folder is not ours to see: what tells readiness by a file in it does not work.
bool is_seen_from_outside(const Ready& ready) {
  return ready.kind == Ready::Kind::kPidFile || ready.kind == Ready::Kind::kUnix;
}

}  // namespace

CheckResult shutdown_at_enospc(const Scenario& scenario, const Interrupted& interrupted) {
  if (!launch::may_change_user() || !scenario.user.empty())
    return not_applicable("a full disk takes root, who may mount");
  if (is_seen_from_outside(scenario.ready))
    return not_applicable("needs another --ready than a file in {state}");
  Scenario inside = scenario;
  inside.pid_file.clear();
  Stage stage(inside, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const auto through = on_small_disk(site->state());
  if (const auto why = why_not_through(scenario, through); !why.empty()) return not_applicable(why);
  auto daemon = stage.start({.through = through});
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  fill(fmt::format("/proc/{}/root{}", daemon->main().pid(), site->state().native()));

  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (const auto fault = find_fault(stop, *daemon, "on a full disk (ENOSPC)")) return *fault;
  CheckResult result = passed(
      fmt::format("SIGTERM ends it in {} on a full disk (ENOSPC), {}; would have caught one that "
                  "tries for ever",
                  text_of(stop.until_exit), stop.status ? stop.status->describe() : "ended"));
  result.evidence = log_evidence(*daemon);
  return result;
}

}  // namespace watertight::rehearsals
