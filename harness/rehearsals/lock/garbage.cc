// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/lock/pid_namespace.h"
#include "rehearsals/lock/plant.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kGap = 5ms;
constexpr auto kMostInBackground = 1s;

/// What may lie at the path before a start.
struct Garbage {
  std::string_view name;
  std::string_view text;
  bool is_usual;  ///< What a crash or a full disk leaves behind; else somebody has to write it.
};

/// A pid that no process has: above the most that pid_max can be (4 194 304, proc(5)).
constexpr std::string_view kNul("\0\0\0\0\0\0\0\0", 8);
constexpr Garbage kGarbage[] = {
    {"an empty file", "", true},
    {"a file of NUL bytes", kNul, true},
    {"a pid with CR and LF", "4194305\r\n", false},
    {"a number of 30 digits", "999999999999999999999999999999\n", false},
    {"binary rubbish", "\x7f\xff\xfe\x01%s%n\xff\n", false},
};

/// What a kill(2) with the number of the file would reach.
struct Dangerous {
  std::string_view text, reaches;
};
constexpr Dangerous kDangerous[] = {
    {"-1", "every process"}, {"0", "its own process group"}, {"1", "init"}};

/// What was wrong with starts over garbage.
struct Faults {
  std::vector<std::string> grave, slight, evidence, not_looked_at;
};

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
}

/// Why a start failed: whether by a crash, seen on a start that nobody waits for.
bool crashes(Stage& stage, const fs::path& path, const Interrupted& interrupted) {
  auto again = stage.start({.waits_until_ready = false});
  if (!again) return false;
  const Fate fate = follow(*again, path, Duration{}, interrupted);
  return fate.exit && fate.exit->is_crash();
}

void start_over(const Garbage& garbage, Stage& stage, const Scenario& scenario,
                const Interrupted& interrupted, Faults& faults) {
  launch::Site& site = *stage.site();
  const fs::path path = site.scenario().pid_file;
  plant_file(path, garbage.text, scenario);
  {
    const auto started = site.start();
    const auto* failure = std::get_if<launch::LaunchFailure>(&started);
    if (!failure || stage.is_interrupted()) return;
    faults.evidence.push_back(fmt::format("{} ({}): {}", garbage.name,
                                          in_quotes(garbage.text.substr(0, 16)), failure->message));
    for (const std::string& line : failure->log_tail) faults.evidence.push_back("log: " + line);
  }
  plant_file(path, garbage.text, scenario);
  const bool is_crash = crashes(stage, path, interrupted);
  auto& list = garbage.is_usual || is_crash ? faults.grave : faults.slight;
  list.push_back(fmt::format("{}{}", garbage.name, is_crash ? " (it crashes)" : ""));
}

enum class Outcome { kStarts, kEnds, kUnclear };

/// Whether a start in a pid namespace, whose pids mean nothing here, puts its own in the file.
Outcome follow_start(const launch::Daemon& daemon, const fs::path& path, std::string_view planted,
                     const Stage& stage) {
  const posix::Deadline deadline(kMostToGiveWay);
  auto seen_at = posix::Clock::now();
  while (!deadline.has_passed() && !stage.is_interrupted()) {
    const auto file = look_at_pid_file(path);
    if (file && file->bytes != planted && parse_pid_text(file->bytes).pid) return Outcome::kStarts;
    // One that goes into the background becomes a child of the namespace's first process.
    if (daemon.has_processes()) seen_at = posix::Clock::now();
    if (posix::Clock::now() - seen_at > kMostInBackground) return Outcome::kEnds;
    posix::pause_for(kGap);
  }
  return Outcome::kUnclear;
}

/// Starts the daemon in a pid namespace, with that in its PID file; with nothing where it is empty.
/// What stays in the background there ends with the namespace.
struct Visit {
  Outcome outcome = Outcome::kUnclear;
  bool has_signalled = false;
  std::vector<std::string> log;
};

std::optional<Visit> visit_namespace(Stage& stage, const Scenario& scenario,
                                     const std::string& text) {
  auto space = PidNamespace::make();
  if (!space) return std::nullopt;
  const fs::path path = stage.site()->scenario().pid_file;
  remove_file(path);
  if (!text.empty()) plant_file(path, text, scenario);
  Visit visit;
  const auto daemon = stage.start({.waits_until_ready = false, .through = space->entrance()});
  if (!daemon) return visit;
  visit.outcome = follow_start(*daemon, path, text, stage);
  visit.has_signalled = !space->is_bystander_alive();
  visit.log = log_evidence(*daemon);
  space.reset();  // First: its init reaps nobody, and the guard of the daemon would wait for that.
  return visit;
}

void start_over_dangerous(Stage& stage, const Scenario& scenario, Faults& faults) {
  const auto usual = scenario.user.empty() ? visit_namespace(stage, scenario, "") : std::nullopt;
  if (!usual || usual->outcome != Outcome::kStarts) {
    faults.not_looked_at.push_back(
        fmt::format("-1, 0 and 1: {}", usual ? "in a pid namespace it writes no PID file"
                                             : "only in a pid namespace, which takes root"));
    return;
  }
  for (const Dangerous& dangerous : kDangerous) {
    const auto visit = visit_namespace(stage, scenario, fmt::format("{}\n", dangerous.text));
    if (!visit || stage.is_interrupted()) return;
    if (visit->has_signalled)
      faults.grave.insert(faults.grave.begin(),
                          fmt::format("{}: it signals {}", dangerous.text, dangerous.reaches));
    else if (visit->outcome == Outcome::kEnds)
      faults.grave.push_back(fmt::format("{}: it takes that for a process", dangerous.text));
    else if (visit->outcome == Outcome::kUnclear)
      faults.not_looked_at.push_back(fmt::format("{}: it wrote no pid in time", dangerous.text));
    if (visit->outcome != Outcome::kStarts)
      faults.evidence.insert(faults.evidence.end(), visit->log.begin(), visit->log.end());
  }
}

CheckResult judge(Faults faults) {
  if (!faults.not_looked_at.empty())
    faults.evidence.push_back(
        fmt::format("not looked at: {}", fmt::join(faults.not_looked_at, "; ")));
  if (faults.grave.empty() && faults.slight.empty()) {
    CheckResult result = passed(
        "starts whatever its PID file holds: nothing, NUL bytes, CR and LF, 30 digits, "
        "binary rubbish; would have caught one that does not start, or signals somebody");
    result.evidence = std::move(faults.evidence);
    return result;
  }
  std::vector<std::string> all = faults.grave;
  all.insert(all.end(), faults.slight.begin(), faults.slight.end());
  CheckResult result =
      failed(fmt::format("does not cope with what its PID file may hold: {}", fmt::join(all, "; ")),
             std::move(faults.evidence));
  if (faults.grave.empty()) result.severity = Severity::kWarn;
  return result;
}

}  // namespace

CheckResult lock_garbage(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  // That it starts at all is not what this is about.
  if (const auto usual = stage.start(); !usual) return stage.trouble();

  Faults faults;
  for (const Garbage& garbage : kGarbage) {
    start_over(garbage, stage, scenario, interrupted, faults);
    remove_file(site->scenario().pid_file);
    if (stage.is_interrupted()) return stage.trouble();
  }
  if (!faults.grave.empty() || !faults.slight.empty()) {
    if (const auto again = stage.start(); !again) return stage.trouble();
  }
  start_over_dangerous(stage, scenario, faults);
  if (stage.is_interrupted()) return stage.trouble();
  return judge(std::move(faults));
}

}  // namespace watertight::rehearsals
