// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

/// Many daemons write the file a little after they are ready.
constexpr auto kMostUntilWritten = 1s;
constexpr auto kGap = 5ms;

bool names_live_process(const launch::Daemon& daemon, const std::optional<PidFile>& file) {
  const auto pid = file ? parse_pid_text(file->bytes).pid : std::nullopt;
  const std::vector<pid_t> live = live_processes(daemon);
  return pid && std::ranges::find(live, *pid) != live.end();
}

std::string find_fault(const launch::Daemon& daemon, const std::optional<PidFile>& file,
                       const fs::path& path) {
  const std::string name = path.filename();
  if (!file) return fmt::format("{} is not there while the daemon runs", name);
  if (file->bytes.empty()) return fmt::format("{} is empty while the daemon runs", name);
  const auto pid = parse_pid_text(file->bytes).pid;
  if (!pid) return fmt::format("{} does not begin with a pid: {}", name, in_quotes(file->bytes));
  if (!names_live_process(daemon, file)) {
    const auto stat = proc::read_stat(*pid);
    return fmt::format("{} names pid {}, which {}", name, *pid,
                       !stat || stat->is_dead() ? "has ended" : "is no process of the daemon");
  }
  const std::vector<Holder> claims = claims_among(live_processes(daemon), path);
  if (!claims.empty() && std::ranges::find(claims, *pid, &Holder::pid) == claims.end()) {
    return fmt::format("{} names pid {}, but pid {} holds its lock", name, *pid,
                       claims.front().pid);
  }
  return "";
}

}  // namespace

CheckResult lock_content(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const fs::path path = daemon->scenario().pid_file;
  const posix::Deadline deadline(kMostUntilWritten);
  auto file = look_at_pid_file(path);
  while (!names_live_process(*daemon, file) && !deadline.has_passed()) {
    posix::pause_for(kGap);
    file = look_at_pid_file(path);
  }

  const std::string fault = find_fault(*daemon, file, path);
  if (!fault.empty()) {
    std::vector<std::string> evidence = describe_scene({&*daemon}, path);
    if (file) {
      const std::vector<std::string> dump = hex_dump(file->bytes);
      evidence.insert(evidence.end(), dump.begin(), dump.end());
    }
    return failed(fault, evidence);
  }
  const PidText text = parse_pid_text(file->bytes);
  return passed(
      fmt::format("{} holds {}, the pid of a live process of the daemon{}{}; would have "
                  "caught one that is not",
                  path.filename().native(), in_quotes(file->bytes),
                  text.ends_with_newline ? "" : ", without a newline",
                  text.has_more ? ", and more than that" : ""));
}

}  // namespace watertight::rehearsals
