// SPDX-License-Identifier: Apache-2.0
//
// Where the PID file lies, and who may get at it.
#include "posix/file.h"
#include "proc/process.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/plant.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

}  // namespace

CheckResult lock_permissions(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const fs::path path = daemon->scenario().pid_file;
  const auto file = look_at_pid_file(path);
  const auto folder = posix::stat_if_there(path.parent_path());
  const auto status = proc::read_status(daemon->main().pid());
  if (!file || !folder || !status) return not_applicable("there is no PID file: see lock.content");

  std::vector<std::string> faults;
  if ((file->mode & kOthersMayWrite) != 0 && S_ISREG(file->mode))
    faults.push_back(fmt::format("others may write it (mode {:04o})", file->mode & 07777));
  if (file->owner != 0 && file->owner != status->user)
    faults.push_back(
        fmt::format("uid {} owns it, the daemon is uid {}", file->owner, status->user));
  if ((folder->st_mode & kOthersMayWrite) != 0 && (folder->st_mode & S_ISVTX) == 0)
    faults.push_back(fmt::format("others may replace it (folder {} has mode {:04o})",
                                 path.parent_path().native(), folder->st_mode & 07777));
  const std::string name = path.filename();
  if (!faults.empty()) {
    return failed(fmt::format("{}: {}", name, fmt::join(faults, "; ")), {file->describe()});
  }
  return passed(
      fmt::format("{} has mode {:04o} and is owned by uid {}; would have caught one that "
                  "others may write or replace",
                  name, file->mode & 07777, file->owner));
}

CheckResult lock_location(const Scenario& scenario, const Interrupted&) {
  const fs::path path = scenario.pid_file;
  if (path.native().starts_with("{state}")) {
    return not_applicable("the PID file is in the private folder of this run");
  }
  const fs::path folder = path.parent_path();
  const auto about = posix::stat_if_there(folder);
  if (!about) return not_applicable(fmt::format("there is no folder {}", folder.native()));
  if ((about->st_mode & S_IWOTH) != 0) {
    return failed(fmt::format("{} is in {}, where everybody may make files (mode {:04o})",
                              path.filename().native(), folder.native(), about->st_mode & 07777));
  }
  return passed(fmt::format("{} is in {}, where not everybody may make files",
                            path.filename().native(), folder.native()));
}

CheckResult lock_symlink(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const fs::path path = site->scenario().pid_file;
  const fs::path target = site->state() / "another-file";
  plant_file(target, "not yours\n", scenario);
  plant_link(path, target, scenario);
  const auto before = look_at_pid_file(target);

  const auto started = site->start();
  if (stage.is_interrupted()) return stage.trouble();
  if (const auto* daemon = std::get_if<launch::Daemon>(&started)) {
    wait_until_quiet(*daemon, kMostForQuiet);
  }
  const std::string change = describe_change(before, look_at_pid_file(target));
  if (!change.empty()) {
    return failed(fmt::format("it follows a symbolic link at {} and changes the file behind it: {}",
                              path.filename().native(), change),
                  {fmt::format("{} pointed to {}", path.native(), target.native())});
  }
  return passed(fmt::format(
      "a file to which a symbolic link at {} points is unchanged{}; would have caught a changed "
      "byte",
      path.filename().native(),
      std::holds_alternative<launch::Daemon>(started) ? "" : ": it refuses to start"));
}

CheckResult lock_unwritable(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const fs::path path = site->scenario().pid_file;
  const std::string name = path.filename();
  // Not even root can make a file there.
  plant_link(path, site->state() / "no-such-folder" / "file", scenario);

  auto started = site->start();
  if (stage.is_interrupted()) return stage.trouble();
  if (const auto* daemon = std::get_if<launch::Daemon>(&started)) {
    const auto file = look_at_pid_file(path);
    if (file && !S_ISLNK(file->mode)) return not_applicable("it removes what is in the way");
    return failed(fmt::format("it cannot make {} and runs without it", name),
                  describe_scene({daemon}, path));
  }
  auto again = stage.start({.waits_until_ready = false});
  if (!again) return stage.trouble();
  const Fate fate = follow(*again, path, Duration{}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!fate.is_gone) {
    return failed(fmt::format("it cannot make {}, is not ready, and does not end", name),
                  describe_scene({&*again}, path));
  }
  const std::vector<std::string> log = again->log_tail(1);
  const std::string words = log.empty() ? "says nothing" : "says " + in_quotes(log.front());
  if (!fate.exit || fate.exit->is_success()) {
    return failed(fmt::format("it cannot make {}, {}, and ends with exit status 0", name, words),
                  log_evidence(*again));
  }
  return passed(
      fmt::format("where it cannot make {} it {} and {}; would have caught one that runs "
                  "without it",
                  name, words, fate.exit->describe()));
}

}  // namespace watertight::rehearsals
