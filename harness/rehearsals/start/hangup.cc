// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/pipe.h"
#include "posix/terminal.h"
#include "proc/process.h"
#include "proc/tree.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr Duration kWatched = 1s, kQuickWatched = 300ms;
constexpr auto kMostToHangUp = 5s;

/// A shell in a terminal starts the daemon and stays there, as an administrator does. The outer one
/// ends with the status of the start.
constexpr const char* kInTerminal = R"(terminal=$0 status=$1; shift
setsid -c /bin/sh -c 'status=$0; "$@"; echo $? >"$status"; read forever' "$status" "$@" \
  <"$terminal" &
read code <"$status" && exit "$code")";

/// Of the processes that live: the shell in the terminal, and all others.
struct Session {
  std::optional<proc::ProcessId> shell;
  std::vector<proc::ProcessId> daemon;
  bool is_shared = false;  ///< The daemon is in the shell's.
};

Session look_at(const launch::Daemon& daemon, const fs::path& status) {
  Session session;
  std::vector<pid_t> sessions;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (!stat || stat->is_dead()) continue;
    const bool is_shell = stat->session == pid &&
                          proc::describe_process(pid).find(status.native()) != std::string::npos;
    if (is_shell) {
      session.shell = stat->id();
    } else {
      session.daemon.push_back(stat->id());
      sessions.push_back(stat->session);
    }
  }
  session.is_shared =
      session.shell && std::ranges::find(sessions, session.shell->pid) != sessions.end();
  return session;
}

bool is_over(const proc::ProcessId& id) {
  const auto process = proc::open_process(id);
  return !process || process->has_ended();
}

bool wait_for_end_of_all(const std::vector<proc::ProcessId>& processes, Duration most) {
  const posix::Deadline deadline(most);
  while (!std::ranges::all_of(processes, is_over)) {
    if (deadline.has_passed()) return false;
    posix::pause_for(5ms);
  }
  return true;
}

}  // namespace

CheckResult start_hangup(const Scenario& scenario, const Interrupted& interrupted) {
  {
    Stage usual(scenario, interrupted);
    auto started = start_in_background(usual);
    if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  }
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const fs::path status = site->folder().root() / "status";
  posix::make_fifo(status);
  posix::PseudoTerminal terminal = posix::open_terminal();
  auto daemon = stage.start(
      {.through = {"/bin/sh", "-c", kInTerminal, terminal.path.native(), status.native()}});
  if (!daemon) return stage.trouble();
  daemon->launcher_exit(posix::Deadline(kMostToHangUp));

  Session session;
  stage.comes_true([&] { return !(session = look_at(*daemon, status)).is_shared; });
  if (!session.shell || session.daemon.empty())
    return inconclusive("the shell in a terminal that was to start it is not there",
                        describe_instance(*daemon));
  terminal.master.reset();
  if (!wait_for_end_of_all({*session.shell}, kMostToHangUp))
    return inconclusive("the shell in the terminal outlived the hang-up");
  if (wait_for_end_of_all(session.daemon, scenario.is_quick ? kQuickWatched : kWatched)) {
    return failed("ends when the terminal from which it was started is closed",
                  log_evidence(*daemon));
  }
  if (stage.is_interrupted()) return stage.trouble();
  return passed(
      fmt::format("outlives the terminal from which it was started, with {}; would have caught one "
                  "that SIGHUP ends",
                  count_of(session.daemon.size(), "process", "processes")));
}

}  // namespace watertight::rehearsals
