// SPDX-License-Identifier: Apache-2.0
#include "launch/account.h"
#include "launch/shell.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/limits/shortage.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kMostToFill = 10s;

/// In a mount namespace of its own `{state}` is a small disk, with all that was there.
constexpr const char* kOnSmallDisk = R"(state=$0 disk=$1; shift
size=$(($(du -sk "$state" | cut -f1) + 1024)) &&
mount -t tmpfs -o size="${size}k" small "$disk" && cp -a "$state/." "$disk/" &&
mount --bind "$disk" "$state" && umount "$disk" && exec "$@")";

launch::Site::Start on_small_disk(launch::Site& site) {
  const fs::path disk = site.folder().root() / "disk";
  std::error_code error;
  fs::create_directory(disk, error);
  return {.through = {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", kOnSmallDisk,
                      site.state().native(), disk.native()}};
}

/// What fills the disk, as seen from outside of the namespace.
std::string filler_of(const launch::Daemon& daemon) {
  return fmt::format("/proc/{}/root{}/fills_the_disk", daemon.main().pid(),
                     daemon.folder().state().native());
}

/// "": there is something that keeps it from being looked at here.
std::string why_not(const Scenario& scenario) {
  if (!launch::may_change_user() || !scenario.user.empty())
    return "a disk of its own takes root, who may mount";
  const bool is_seen_from_outside =
      scenario.ready.kind != Ready::Kind::kPidFile && scenario.ready.kind != Ready::Kind::kUnix;
  bool has_path = !is_seen_from_outside;
  for (const Stress& stress : scenario.stress)
    has_path = has_path || stress.kind == Stress::Kind::kUnix;
  return has_path ? "on a disk of its own its paths are not ours: it needs a port" : "";
}

}  // namespace

CheckResult limits_enospc(const Scenario& scenario, const Interrupted& interrupted) {
  if (const std::string why = why_not(scenario); !why.empty()) return not_applicable(why);
  const auto run = [&](launch::Daemon& daemon, const std::string& line) {
    launch::Command command;
    command.environment = posix::current_environment();
    command.output = daemon.folder().root() / "filling";
    return launch::run_shell(daemon.workbench(), command, line, kMostToFill, interrupted);
  };
  Shortage shortage{.of = "disk space (ENOSPC)", .how = on_small_disk};
  shortage.begin = [&](launch::Daemon& daemon) -> std::optional<std::string> {
    run(daemon, fmt::format("cat /dev/zero > '{}'", filler_of(daemon)));
    std::error_code error;
    if (fs::file_size(filler_of(daemon), error) > 0 && !error) return std::nullopt;
    return "its disk could not be filled";
  };
  shortage.end = [&](launch::Daemon& daemon) {
    run(daemon, fmt::format("rm '{}'", filler_of(daemon)));
  };
  CheckResult result = withstand(scenario, interrupted, shortage);
  const bool is_interrupted = interrupted && interrupted() != 0;
  if (result.verdict == Verdict::kInconclusive &&
      !is_interrupted)  // No tmpfs here, or it needs its own {state}.
    result = not_applicable("with {state} on a disk of its own: " + result.summary);
  return result;
}

}  // namespace watertight::rehearsals
