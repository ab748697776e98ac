// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"
#include "posix/file.h"
#include "proc/process.h"
#include "rehearsals/signals/dispositions.h"
#include "rehearsals/signals/state_checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 500ms;

/// Those that somebody may send by mistake, or a library by itself.
constexpr int kStrays[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGIO};

/// The signals that a person asks for, one process a line.
std::string describe(pid_t pid, const Dispositions& all) {
  std::uint64_t ending = 0;
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM})
    if (all.is_ended_by(number)) ending |= bit_of(number);
  const auto name = proc::read_stat(pid);
  std::string line = fmt::format("pid {} ({}): ended by {}; ignores {}; handlers {}", pid,
                                 name ? name->comm : "?", names_of_signals(ending),
                                 names_of_signals(all.ignored), names_of_signals(all.caught));
  if (all.by_descriptor) line += "; signalfd " + names_of_signals(all.by_descriptor);
  if (all.awaited) line += "; sigwait " + names_of_signals(all.awaited);
  return line;
}

/// What SIGTERM would leave behind that a handler could have removed.
std::vector<std::string> needs_cleaning(const launch::Daemon& daemon) {
  std::vector<std::string> things;
  const std::string& pid_file = daemon.scenario().pid_file;
  if (!pid_file.empty() && posix::stat_if_there(pid_file)) things.push_back("its PID file");
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes()))
    if (socket.family == proc::SocketFact::Family::kUnix && socket.address.starts_with('/'))
      things.push_back("the socket " + socket.address);
  return things;
}

}  // namespace

CheckResult signals_map(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  std::vector<std::string> table;
  for (const pid_t pid : daemon->processes())
    if (const auto all = read_dispositions(pid)) table.push_back(describe(pid, *all));
  const auto main = read_dispositions(daemon->main().pid());
  if (!main) return inconclusive("it ended before its signals could be read");
  const auto things = needs_cleaning(*daemon);
  CheckResult result;
  if (main->is_ended_by(SIGTERM) && !things.empty()) {
    result = failed(fmt::format("SIGTERM ends it by default, with nobody to remove {}",
                                fmt::join(things, ", ")));
  } else if (!main->handles(SIGTERM) && !main->is_ended_by(SIGTERM)) {
    result =
        failed(fmt::format("SIGTERM is {}, and nothing of it takes notice: only SIGKILL ends "
                           "it",
                           (main->ignored & bit_of(SIGTERM)) != 0 ? "ignored" : "blocked"));
  } else {
    result = passed(fmt::format(
        "SIGTERM {}; would have caught one that is ignored, or ends it with things to remove",
        main->handles(SIGTERM) ? "is handled"
                               : "ends it by default, and it has nothing to remove"));
  }
  result.evidence = std::move(table);
  return result;
}

CheckResult signals_default_killers(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto main = read_dispositions(daemon->main().pid());
  if (!main) return inconclusive("it ended before its signals could be read");
  std::uint64_t killers = 0, strays = 0;
  for (const int number : kStrays) {
    strays |= bit_of(number);
    if (main->is_ended_by(number)) killers |= bit_of(number);
  }
  if (killers == 0)
    return passed(fmt::format("none of {} would end it; would have caught one at its default",
                              names_of_signals(strays)));
  return failed(
      fmt::format("these signals would end it, at their default: {}", names_of_signals(killers)),
      {describe(daemon->main().pid(), *main)});
}

}  // namespace watertight::rehearsals
