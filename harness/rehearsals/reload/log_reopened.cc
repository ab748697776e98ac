// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/files.h"
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kMostToReopen = 5s, kQuickMostToReopen = 3s;
constexpr auto kMostForQuiet = 500ms;

bool is_named_like_log(const fs::path& path) {
  const std::string folder = path.parent_path().filename();
  return path.extension() == ".log" || folder == "log" || folder == "logs";
}

/// The logs below `{state}` that it has open: files of such a name that it only appends to.
std::set<fs::path> find_logs(const launch::Daemon& daemon, const fs::path& state) {
  std::set<fs::path> logs;
  const std::string below = fs::canonical(state).native() + "/";
  for (const pid_t pid : daemon.processes()) {
    const auto files = proc::read_open_files(pid);
    for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{})) {
      const auto flags = proc::read_open_flags(pid, file.fd);
      const bool is_appended =
          flags && (*flags & O_ACCMODE) != O_RDONLY && (*flags & O_APPEND) != 0;
      if (file.kind == proc::OpenFile::Kind::kRegular && file.links > 0 && is_appended &&
          file.target.starts_with(below) && is_named_like_log(file.target))
        logs.insert(file.target);
    }
  }
  return logs;
}

fs::path rotated(const fs::path& log) { return log.native() + ".1"; }

/// Who has the old ones open still: "fd 4 of pid 41 is d.log.1".
std::vector<std::string> holders_of(const launch::Daemon& daemon, const std::set<fs::path>& logs) {
  std::vector<std::string> holders;
  for (const pid_t pid : daemon.processes()) {
    const auto files = proc::read_open_files(pid);
    for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{}))
      for (const fs::path& log : logs)
        if (file.target == rotated(log))
          holders.push_back(
              fmt::format("fd {} of pid {} is {}", file.fd, pid, rotated(log).filename().native()));
  }
  return holders;
}

bool catches(const launch::Daemon& daemon, int number) {
  const auto status = proc::read_status(daemon.main().pid());
  return status && (status->caught >> (number - 1) & 1) != 0;
}

/// Sends the signal; what is held still when the time is over.
std::vector<std::string> tell(launch::Daemon& daemon, int number, const std::set<fs::path>& logs,
                              Duration most, const Stage& stage) {
  daemon.main().signal(number);
  const posix::Deadline deadline(most);
  std::vector<std::string> holders;
  while (!(holders = holders_of(daemon, logs)).empty() && !deadline.has_passed() &&
         daemon.is_alive() && !stage.is_interrupted())
    posix::pause_for(10ms);
  return holders;
}

}  // namespace

CheckResult reload_log_reopened(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  client.complaint(interrupted);  // Some open their log when there is something to say.
  wait_until_quiet(*daemon, kMostForQuiet);
  const std::set<fs::path> logs = find_logs(*daemon, stage.site()->state());
  if (logs.empty()) return not_applicable("it has no log open below {state}");
  for (const fs::path& log : logs) fs::rename(log, rotated(log));

  const Duration most = scenario.is_quick ? kQuickMostToReopen : kMostToReopen;
  std::vector<std::string> holders;
  for (const int number : {SIGHUP, SIGUSR1}) {
    // SIGHUP may come by a signalfd, which shows nowhere; where it has no handler it ends a daemon.
    if (number != SIGHUP && !catches(*daemon, number)) continue;
    holders = tell(*daemon, number, logs, most, stage);
    if (stage.is_interrupted()) return stage.trouble();
    if (!daemon->is_alive() && number == SIGHUP) return judge_end(*daemon, 1);
    if (holders.empty())
      return passed(
          fmt::format("after SIG{} it has let go of its {} of yesterday; would have "
                      "caught one that goes on writing there",
                      sigabbrev_np(number), count_of(logs.size(), "log", "logs")));
    if (!daemon->is_alive()) break;
  }
  if (ignores_reload(*daemon))
    return not_applicable("no signal asks it to: its log has to be copied and truncated");
  return failed(fmt::format("keeps its log after that was renamed and it got its signal: {}, {} "
                            "later",
                            fmt::join(holders, ", "), text_of(most)),
                describe_instance(*daemon));
}

}  // namespace watertight::rehearsals
