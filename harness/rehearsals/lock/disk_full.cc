// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/file.h"
#include "rehearsals/full_disk.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/lock/plant.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

/// As long as a second instance has to give way; some try again for a while (nginx: 2.5 s).
constexpr auto kMostToFail = kMostToGiveWay;
constexpr auto kMostToClear = 1s;
constexpr auto kMostForQuiet = 500ms;

/// How a start with its PID file on a full disk went.
struct Start {
  std::optional<posix::ExitStatus> launcher;  ///< Empty: it runs.
  std::size_t processes = 0;                  ///< Left when that was over.
  std::optional<std::string> text;  ///< Of the PID file as the daemon sees it; empty: none.
  std::string words;                ///< The line in which it complains; empty: none.
};

/// The line of the daemon's output that a person would understand.
std::string complaint_of(const launch::Daemon& daemon, const fs::path& path) {
  for (const std::string& line : daemon.log_tail()) {
    for (const std::string& word :
         {std::string("No space"), std::string("ENOSPC"), path.filename().native()})
      if (line.find(word) != std::string::npos) return line;
  }
  return "";
}

/// The file in the daemon's own mount namespace (proc_pid_root(5)).
std::optional<std::string> text_seen_by(const launch::Daemon& daemon, const fs::path& path) {
  for (const pid_t pid : live_processes(daemon))
    if (auto text = posix::read_file(fmt::format("/proc/{}/root{}", pid, path.native())))
      return text;
  return std::nullopt;
}

Start watch_start(launch::Daemon& daemon, const fs::path& path, Duration usual_start,
                  const Stage& stage) {
  Start start;
  const posix::Deadline deadline(kMostToFail + usual_start);
  const posix::Deadline least(kMostForQuiet + 2 * usual_start);
  do {  // The launcher, or who stays in the foreground, has had its say once all is quiet.
    start.launcher = daemon.launcher_exit(posix::Deadline(20ms));
  } while (!start.launcher && !(least.has_passed() && wait_until_quiet(daemon, 50ms)) &&
           !deadline.has_passed() && !stage.is_interrupted());
  wait_until_quiet(daemon, kMostToClear + usual_start);
  start.text = text_seen_by(daemon, path);
  const posix::Deadline clear(kMostToClear);
  while (start.launcher && daemon.has_processes() && !clear.has_passed()) posix::pause_for(10ms);
  start.processes = live_processes(daemon).size();
  start.words = complaint_of(daemon, path);
  return start;
}

CheckResult judge(const Start& start, const launch::Daemon& daemon, const std::string& name) {
  const std::string says = start.words.empty() ? "says nothing of it" : in_quotes(start.words);
  const auto evidence = [&] {
    std::vector<std::string> lines = describe_instance(daemon);
    lines.insert(lines.begin(),
                 fmt::format("{} holds {}", name, start.text ? in_quotes(*start.text) : "nothing"));
    return lines;
  };
  if (start.launcher && !start.launcher->is_success()) {
    if (start.processes == 0)
      return passed(
          fmt::format("with {} on a full disk it {} ({}); would have caught one that "
                      "runs with an empty file",
                      name, start.launcher->describe(), says));
    return failed(
        fmt::format("with {} on a full disk it {}, and {} of it run on", name,
                    start.launcher->describe(), count_of(start.processes, "process", "processes")),
        evidence());
  }
  if (start.processes == 0)
    return failed(fmt::format("with {} on a full disk its launcher exits with 0, and there is no "
                              "daemon",
                              name),
                  evidence());
  if (start.text && !start.text->empty())
    return not_applicable(fmt::format("{} has {} in it: it puts another file in its place", name,
                                      in_quotes(*start.text)));
  CheckResult result =
      failed(fmt::format("with {} on a full disk it runs, its PID file is empty, and it {}", name,
                         start.words.empty() ? "says nothing" : "says " + in_quotes(start.words)),
             evidence());
  if (!start.words.empty()) result.severity = Severity::kWarn;
  return result;
}

}  // namespace

CheckResult lock_disk_full(const Scenario& scenario, const Interrupted& interrupted) {
  if (!scenario.user.empty())
    return not_applicable("a full disk takes root, and the daemon runs as another user");
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const fs::path path = site->scenario().pid_file;
  Duration usual_start{};
  {
    const auto usual = stage.start();
    if (!usual) return stage.trouble();
    usual_start = usual->ready_after();
    if (!look_at_pid_file(path)) return not_applicable("there is no PID file: see lock.content");
  }
  if (!can_fill_disk(path)) return not_applicable("a full disk takes root, who may mount");
  auto daemon = stage.start({.waits_until_ready = false, .through = on_full_disk(path)});
  if (!daemon) return stage.trouble();
  const Start start = watch_start(*daemon, path, usual_start, stage);
  if (stage.is_interrupted()) return stage.trouble();
  const CheckResult result = judge(start, *daemon, path.filename());
  if (result.verdict != Verdict::kPass || !start.words.empty()) return result;
  // The file on the full disk is there already, and empty: it may have been refused for that.
  daemon.reset();
  plant_file(path, "", scenario);
  if (stage.start()) return result;
  if (stage.is_interrupted()) return stage.trouble();
  return not_applicable(fmt::format(
      "an empty {} alone keeps it from starting, on a full disk or not (see lock.garbage)",
      path.filename().native()));
}

}  // namespace watertight::rehearsals
