// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/syscall_name.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"
#include "scenario/stop_profiles.h"
#include "trace/injection.h"
#include "trace/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 500ms;
constexpr auto kGap = 2ms;
/// A signal is lost where everything rests as before for this long: then nobody has heard it.
constexpr Duration kRests = 30ms;
constexpr auto kForSecond = 1s;
/// What a daemon takes to end, once it has heard.
constexpr Duration kAfterItsWait = 150ms;
constexpr int kTries = 4;

/// What every thread of every process waits in; empty where one of them runs.
using Rest = std::map<pid_t, trace::Waits>;
std::optional<Rest> rest_of(const launch::Daemon& daemon) {
  Rest rest;
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (!stat || stat->is_dead()) continue;
    auto waits = trace::read_waits(pid);
    if (!waits) return std::nullopt;
    rest.emplace(pid, std::move(*waits));
  }
  return rest;
}

bool is_same(const Rest& now, const Rest& before) {
  return std::ranges::equal(now, before, [](const auto& one, const auto& other) {
    return one.first == other.first && trace::are_same_places(one.second, other.second);
  });
}

bool is_pending(pid_t pid, int signal) {
  const auto status = proc::read_status(pid);
  return status && (status->pending >> (signal - 1) & 1) != 0;
}

/// What a daemon does after a signal, until its main process ends or the window is over.
struct Course {
  bool has_ended = false;
  Duration until_end{};
  bool rested = false;  ///< It waited on as before, and the signal was no longer pending.
};

Course follow_end(launch::Daemon& daemon, int signal, const Rest& before, Duration window,
                  const Interrupted& interrupted) {
  Course course;
  const auto begin = posix::Clock::now();
  auto rests_since = posix::Clock::time_point::max();
  for (;;) {
    const bool is_over =
        posix::Clock::now() - begin > window;  // What ended in time may be seen late.
    if (daemon.main().wait_until_ended(posix::Deadline(kGap))) {
      const auto now = posix::Clock::now();
      course.until_end = std::min(now, daemon.reaped_at().value_or(now)) - begin;
      course.has_ended = course.until_end <= window;
      return course;
    }
    const auto now = posix::Clock::now();
    const auto rest = rest_of(daemon);
    if (!rest || !is_same(*rest, before) || is_pending(daemon.main().pid(), signal))
      rests_since = now;
    rests_since = std::min(rests_since, now);
    course.rested = course.rested || now - rests_since >= kRests;
    if (is_over || (interrupted && interrupted())) return course;
  }
}

/// Two instances: one that gets the signal while it waits, and one that gets it right before.
class Trial {
 public:
  Trial(const Scenario& scenario, const Interrupted& interrupted, int signal)
      : scenario_(scenario), interrupted_(interrupted), signal_(signal) {}

  /// False where there is a result already.
  bool run() {
    Stage stage(scenario_, interrupted_);
    auto daemon = start(stage);
    if (!daemon) return false;
    if (const auto refusal = trace::why_not(daemon->main().pid())) {
      result_ = not_applicable(refusal->reason);
      return false;
    }
    const auto rest = rest_of(*daemon);
    daemon->main().signal(signal_);
    plain_ = follow_end(*daemon, signal_, rest.value_or(Rest{}), window(), interrupted_);
    if (!plain_.has_ended) {
      result_ = not_applicable(fmt::format("{} alone does not end it inside the window", name()));
      return false;
    }
    for (int tries = 0; tries < kTries && !result_; ++tries)
      if (inject()) return true;
    if (!result_)
      result_ = inconclusive("SIGTERM cannot be sent right before its wait: " + why_not_);
    return false;
  }

  CheckResult judge() const {
    const std::string place = trace::describe(wait(), injection_.limit);
    if (injected_.has_ended && !injected_.rested) {
      return passed(
          fmt::format("{} right before its {} ends it in {}, within it in {}; would have "
                      "caught one that is lost",
                      name(), posix::syscall_name(wait().number), text_of(injected_.until_end),
                      text_of(plain_.until_end)));
    }
    if (plain_.rested && (injection_.is_held || (injected_.has_ended && !lasts_its_wait()))) {
      return inconclusive(fmt::format(
          "it rests in its {} on its way out, so that a signal that is lost looks the same",
          place));
    }
    if (!injected_.rested)
      return inconclusive(
          fmt::format("alive {} after {}, but at work", text_of(scenario_.window), name()),
          evidence_);
    CheckResult result = injected_.has_ended ? late(place) : lost(place);
    result.evidence = evidence_;
    return result;
  }

  const std::optional<CheckResult>& result() const { return result_; }

 private:
  /// It ended just when the wait was over that it had begun anew.
  bool lasts_its_wait() const {
    if (!injection_.limit.time) return false;
    const Duration limit = *injection_.limit.time;
    return injected_.until_end >= limit * 9 / 10 &&
           injected_.until_end <= limit * 3 / 2 + kAfterItsWait;
  }

  Duration window() const { return scenario_.window.length; }
  std::string name() const { return fmt::format("SIG{}", sigabbrev_np(signal_)); }
  const trace::Wait& wait() const { return injection_.waits.at(injection_.taker); }

  std::optional<launch::Daemon> start(Stage& stage) {
    auto daemon = stage.start();
    if (!daemon) {
      result_ = stage.trouble();
      return daemon;
    }
    wait_until_quiet(*daemon, kMostForQuiet);
    return daemon;
  }

  /// On an instance of its own, for one that could not be used has been stopped in its wait.
  bool inject() {
    Stage stage(scenario_, interrupted_);
    auto daemon = start(stage);
    if (!daemon) return false;
    const auto rest = rest_of(*daemon);
    if (!rest) {
      why_not_ = "it never rests";
      return false;
    }
    auto injected = trace::inject_before_wait(daemon->main().pid(), signal_);
    if (auto* none = std::get_if<trace::NotInjected>(&injected)) {
      why_not_ = none->reason;
      if (none->is_refused) result_ = not_applicable(none->reason);
      return false;
    }
    injection_ = std::move(std::get<trace::Injection>(injected));
    injected_ = follow_end(*daemon, signal_, *rest, window(), interrupted_);
    if (stage.is_interrupted()) {
      result_ = stage.trouble();
      return false;
    }
    note_evidence();
    if (!injected_.has_ended) note_second(*daemon);
    return true;
  }

  void note_evidence() {
    evidence_.push_back(
        fmt::format("{} while it waits: ended after {}", name(), text_of(plain_.until_end)));
    evidence_.push_back(fmt::format("{} right before {}: {} {}", name(),
                                    trace::describe(wait(), injection_.limit),
                                    injected_.has_ended ? "ended after" : "alive after",
                                    text_of(injected_.has_ended ? injected_.until_end : window())));
  }

  void note_second(launch::Daemon& daemon) {
    for (std::string& line : describe_at_deadline(daemon.main().pid()))
      evidence_.push_back(std::move(line));
    const auto begin = posix::Clock::now();
    daemon.main().signal(signal_);
    const bool helps = daemon.main().wait_until_ended(posix::Deadline(kForSecond));
    evidence_.push_back(fmt::format("a second {} {} {}", name(),
                                    helps ? "ended it in" : "has not ended it after",
                                    text_of(posix::Clock::now() - begin)));
  }

  CheckResult lost(const std::string& place) const {
    return failed(
        fmt::format("{0} between the test of its flag and {1} is lost: alive {2} later; "
                    "block it, and wait by sigsuspend, ppoll or signalfd",
                    name(), place, text_of(scenario_.window)));
  }

  CheckResult late(const std::string& place) const {
    CheckResult result = failed(
        fmt::format("{0} between the test of its flag and {1} is heard {2} later, when that is "
                    "over; block it, and wait by sigsuspend, ppoll or signalfd",
                    name(), place, text_of(injected_.until_end)));
    result.severity = Severity::kWarn;
    return result;
  }

  const Scenario& scenario_;
  const Interrupted& interrupted_;
  int signal_;
  Course plain_, injected_;
  trace::Injection injection_;
  std::string why_not_;
  std::vector<std::string> evidence_;
  std::optional<CheckResult> result_;
};

/// SIGTERM, and what the stop profile sends in its place.
std::vector<int> stop_signals(const Window& window) {
  std::vector<int> signals{SIGTERM};
  for (const scenario::StopProfile& profile : scenario::stop_profiles()) {
    if (profile.name != window.profile) continue;
    for (const int signal : {SIGINT, SIGQUIT, SIGHUP})
      if (sigabbrev_np(signal) == profile.first) signals.push_back(signal);
  }
  return signals;
}

}  // namespace

CheckResult shutdown_lost_signal(const Scenario& scenario, const Interrupted& interrupted) {
  std::optional<CheckResult> first;
  for (const int signal : stop_signals(scenario.window)) {
    Trial trial(scenario, interrupted, signal);
    CheckResult result = trial.run() ? trial.judge() : *trial.result();
    if (result.verdict == Verdict::kFail || signal == SIGTERM) first = std::move(result);
    if (first->verdict != Verdict::kPass) break;
  }
  return *first;
}

}  // namespace watertight::rehearsals
