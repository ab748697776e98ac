// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;

/// Whether another instance, with ports of its own, gives way to this one.
bool keeps_out(Stage& stage, const launch::Daemon& first, const Interrupted& interrupted) {
  auto second = stage.start({.has_own_ports = true, .waits_until_ready = false});
  // A port that is taken before it is even executed keeps it out too.
  return !second ||
         follow(*second, first.scenario().pid_file, first.ready_after(), interrupted).is_gone;
}

/// Whether the instance has its PID file open: what a daemon does that locks it, or lost the lock.
bool has_pid_file_open(const launch::Daemon& daemon) {
  const auto file = look_at_pid_file(daemon.scenario().pid_file);
  return file && std::ranges::any_of(live_processes(daemon), [&file](pid_t pid) {
           const auto files = proc::read_open_files(pid);
           return files && std::ranges::any_of(*files, [&file](const proc::OpenFile& open) {
                    return open.kind == proc::OpenFile::Kind::kRegular && open.inode == file->inode;
                  });
         });
}

/// No lock anywhere: lost, or is this a daemon that keeps others out by other means?
CheckResult judge_unlocked(Stage& stage, const launch::Daemon& daemon, const PidFile& file,
                           const Interrupted& interrupted) {
  const fs::path path = daemon.scenario().pid_file;
  std::vector<std::string> evidence = describe_scene({&daemon}, path);
  const bool is_open = has_pid_file_open(daemon);
  if (keeps_out(stage, daemon, interrupted)) {
    return not_applicable(
        "no process holds a lock, but a second instance gives way: something else keeps it out");
  }
  if (stage.is_interrupted()) return stage.trouble();
  return failed(fmt::format("no process holds a lock on {} (inode {}){}, and a second instance "
                            "runs beside the first",
                            path.filename().native(), file.inode,
                            is_open ? ", though the daemon has it open" : ""),
                evidence);
}

}  // namespace

CheckResult lock_held(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const fs::path path = daemon->scenario().pid_file;
  const auto file = look_at_pid_file(path);
  const std::vector<pid_t> live = live_processes(*daemon);
  const std::vector<Holder> holders = holders_among(live);

  for (const Holder& holder : holders) {
    const bool is_on_file =
        file && holder.lock.device == file->device && holder.lock.inode == file->inode;
    if (is_on_file) {
      return passed(
          fmt::format("pid {} holds {}; would have caught none", holder.pid, holder.describe()));
    }
  }
  if (const auto claims = claims_among(live, path); !claims.empty()) {
    return failed(fmt::format("pid {} holds {}, but the path names {} now", claims.front().pid,
                              claims.front().describe(),
                              file ? fmt::format("inode {}", file->inode) : "no file"),
                  describe_scene({&*daemon}, path));
  }
  if (!file) return not_applicable("there is no PID file: see lock.content");
  const auto other =
      std::ranges::find_if(holders, [](const Holder& holder) { return holder.lock.links > 0; });
  if (other != holders.end()) {
    return passed(fmt::format("pid {} holds {}, beside the PID file; would have caught no lock",
                              other->pid, other->describe()));
  }
  return judge_unlocked(stage, *daemon, *file, interrupted);
}

}  // namespace watertight::rehearsals
