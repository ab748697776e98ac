// SPDX-License-Identifier: Apache-2.0
#include "run/growth.h"

#include "blame/thread_stacks.h"
#include "launch/site.h"
#include "proc/limits.h"
#include "rehearsals/stop.h"
#include "run/crash.h"
#include "run/growth_run.h"
#include "stress/quiescence.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;

/// Once a check has failed the others have this long to come to a verdict of their own.
constexpr auto kGrace = 1500ms;
/// Operations after which a stress that never worked is given up.
constexpr std::uint64_t kHopeless = 32;
/// A daemon that leaks is watched while idle, to tell time from work: for so long at most ...
constexpr Clock::duration kLongestIdle = 2s;
constexpr Clock::duration kIdleLook = 20ms;
/// ... and until so many steps would have been seen if time alone had leaked.
constexpr double kIdleSteps = 20;
constexpr double kShortestIdle = 0.3;

}  // namespace

GrowthRun::GrowthRun(launch::Daemon& daemon, const Scenario& scenario, const Selection& selection,
                     const Watch& watch, const Instruments& instruments,
                     const blame::Suppressions& suppressions, Report& report)
    : daemon_(daemon),
      scenario_(scenario),
      selection_(selection),
      watch_(watch),
      instruments_(instruments),
      suppressions_(suppressions),
      report_(report),
      workload_(daemon),
      sampler_({.root = daemon.guard_pid(),
                .main = daemon.main().pid(),
                .state = daemon.folder().state(),
                .agent = instruments.agent}),
      budget_(scenario.budget.whole_time() * (scenario.extends ? 1u << kExtension : 1u)),
      memory_limit_(proc::memory_limit(daemon.main().pid())),
      thread_limit_(proc::thread_limit(daemon.main().pid())),
      is_idle_(std::ranges::all_of(scenario.stress, [](const Stress& stress) {
        return stress.kind == Stress::Kind::kIdle;
      })) {
  if (instruments_.agent) agent_.emplace(*instruments_.agent);
  if (instruments_.warp) turns_.emplace(sampler_.live_processes());
}

void GrowthRun::run() {
  calibrate();
  prepare_judges();
  while ((report_.stopped = reason_to_stop()).empty()) {
    round(cadence_.round - tally_.attempted % cadence_.round, pace_, round_limit_);
    show_progress("stressing");
  }
  watch_idle();
  ask_agent();
  conclude();
}

void GrowthRun::round(std::uint64_t operations, std::optional<double> pace, Clock::duration limit) {
  const posix::Deadline deadline(limit);
  const auto begin = Clock::now();
  tally_ += workload_.next_round(operations, pace, [&] {
    if (const int interrupted = watch_.interrupted()) return interrupted;
    return deadline.has_passed() || budget_.has_passed() ? Watch::kDeadline : 0;
  });
  stress_seconds_ += seconds(Clock::now() - begin);
  ++rounds_;
  wait_until_quiet();
  const bool is_wide = !judged_.empty() && tally_.attempted >= next_wide_;
  look(is_wide ? probe::Sampler::Depth::kWide : probe::Sampler::Depth::kCheap);
  if (is_wide) next_wide_ = next_wide_look(tally_.attempted, cadence_.round);
}

void GrowthRun::wait_until_quiet() {
  if (is_idle_) return;  // Nothing was asked of it; what it does, it does by itself.
  const bool is_quiet =
      stress::wait_until_quiet([this] { return sampler_.live_processes(); }, quiet_cap_);
  busy_in_a_row_ = is_quiet ? 0 : busy_in_a_row_ + 1;
  if (busy_in_a_row_ == 5) quiet_cap_ = 5ms;  // It never rests: do not wait long for it again.
}

void GrowthRun::look(probe::Sampler::Depth depth) {
  if (!daemon_.is_alive()) return;
  const auto begin = Clock::now();
  if (turns_) turns_->look();
  samples_.push_back(sampler_.take(tally_.attempted, seconds(begin - daemon_.ready_at()), depth));
  if (depth == probe::Sampler::Depth::kCheap)
    calibration_.sample_seconds =
        std::min(calibration_.sample_seconds, seconds(Clock::now() - begin));
  if (depth == probe::Sampler::Depth::kWide)
    sightings_.look(tally_.attempted, samples_.back().seconds, sampler_.live());
  if (agent_ && depth == probe::Sampler::Depth::kWide)
    agent_->look(tally_.attempted, sampler_.live());
  observe(samples_.back());
}

void GrowthRun::observe(const probe::Sample& sample) {
  for (Judged& judged : judged_) {
    if (const auto& value = sample[judged.resource]) {
      std::optional<double> share = sample.fill(judged.resource);
      if (!share)
        if (const auto whole = fill(judged.resource, value)) share = whole->share();
      judged.judge.observe({sample.operations, sample.seconds, *value, share});
    }
    if (!first_failure_ && is_news(judged)) first_failure_ = Clock::now();
  }
}

/// What all processes use of a limit that they share; that of a single process the sampler knows.
std::optional<probe::Fill> GrowthRun::fill(Resource resource,
                                           const std::optional<double>& value) const {
  const auto& limit = resource == Resource::kRss       ? memory_limit_
                      : resource == Resource::kThreads ? thread_limit_
                                                       : std::nullopt;
  return value && limit ? std::optional(probe::Fill{*value, *limit}) : std::nullopt;
}

bool GrowthRun::has_failed(const Judged& judged) const {
  if (scenario_.fails_fast && judged.judge.is_suspect()) return true;
  return judged.judge.is_decided() && judged.judge.verdict().verdict == Verdict::kFail;
}

bool GrowthRun::is_news(const Judged& judged) const {
  const std::string id = fmt::format("growth.{}", probe::traits(judged.resource).id);
  return has_failed(judged) &&
         std::ranges::find(selection_.expected, id) == selection_.expected.end();
}

bool GrowthRun::is_settled(const Judged& judged) const {
  if (!sampler_.blind_reason(judged.resource).empty()) return true;
  // What leaks once in 10 000 operations shows in none of the octaves in which a pass may come.
  const bool may_pass = !scenario_.budget.is_long() || tally_.attempted >= cadence_.budget;
  return judged.judge.is_decided() && (may_pass || has_failed(judged));
}

std::string GrowthRun::reason_to_stop() {
  if (const int interrupted = watch_.interrupted()) {
    report_.deadline_passed = interrupted == Watch::kDeadline;
    if (!report_.deadline_passed) report_.interrupted_by = interrupted;
    return report_.deadline_passed ? "its own deadline" : "interrupted";
  }
  if (!daemon_.is_alive()) return "the daemon died";
  if (tally_.attempted >= kHopeless && tally_.failed == tally_.attempted)
    return "no operation worked";
  if (std::ranges::all_of(judged_, [this](const Judged& j) { return is_settled(j); }))
    return "all verdicts in";
  if (first_failure_ && scenario_.fails_fast) return "first suspicion";
  if (first_failure_ && Clock::now() - *first_failure_ > kGrace) return "a check had failed";
  const std::uint64_t most = cadence_.budget << (scenario_.extends ? kExtension : 0);
  if (tally_.attempted >= most || budget_.has_passed()) return "budget";
  return "";
}

void GrowthRun::watch_idle() {
  const bool has_leak = std::ranges::any_of(judged_, [](const Judged& judged) {
    return judged.judge.verdict().verdict == Verdict::kFail;
  });
  if (!has_leak || is_idle_ || scenario_.fails_fast) return;
  const auto begin = Clock::now();
  const posix::Deadline end(kLongestIdle);
  while (!end.has_passed() && !watch_.interrupted() && daemon_.is_alive() &&
         !has_told_time_from_work(seconds(Clock::now() - begin))) {
    posix::pause_for(kIdleLook);
    look(probe::Sampler::Depth::kCheap);
    show_progress("idle");
  }
}

bool GrowthRun::has_told_time_from_work(double idle_seconds) const {
  if (idle_seconds < kShortestIdle) return false;
  return std::ranges::all_of(judged_, [&](const Judged& judged) {
    const judge::GrowthVerdict verdict = judged.judge.verdict();
    const auto& traits = probe::traits(judged.resource);
    return verdict.verdict != Verdict::kFail || traits.is_wide ||
           verdict.per_second * idle_seconds >= kIdleSteps * verdict.quantum;
  });
}

void GrowthRun::show_progress(std::string_view phase) {
  Observer* const observer = watch_.observer();
  if (!observer || Clock::now() - last_shown_ < 100ms) return;
  last_shown_ = Clock::now();
  Progress progress;
  progress.phase = phase;
  progress.round = rounds_;
  progress.operations = tally_.attempted;
  progress.failed_operations = tally_.failed;
  progress.operations_per_second =
      static_cast<double>(tally_.attempted) / std::max(stress_seconds_, 1e-6);
  progress.seconds_left = seconds(budget_.left());
  for (const Judged& judged : judged_) {
    const auto& traits = probe::traits(judged.resource);
    const judge::GrowthVerdict verdict = judged.judge.verdict();
    const bool is_open = verdict.verdict == Verdict::kInconclusive;
    progress.resources.push_back({fmt::format("growth.{}", traits.id),
                                  is_open ? (judged.judge.is_suspect() ? "suspect" : "measuring")
                                          : std::string(to_string(verdict.verdict)),
                                  verdict.value, verdict.rate, std::string(traits.unit)});
  }
  observer->on_progress(progress);
}

namespace {

/// A check that was chosen and could not be measured is never green.
void report_unmeasured(const Selection& selection, const std::string& why, Report& report) {
  for (const Resource resource : selection.growth) {
    CheckResult result;
    result.id = fmt::format("growth.{}", probe::traits(resource).id);
    result.severity = probe::traits(resource).severity;
    result.verdict = Verdict::kInconclusive;
    result.summary = "not measured: " + why;
    report.checks.push_back(result);
  }
}

void fail_to_launch(const launch::LaunchFailure& failure, const Selection& selection,
                    Report& report, const Watch& watch) {
  if (failure.kind == launch::LaunchFailure::Kind::kInterrupted) {
    report.stopped = "interrupted";
    report.interrupted_by = std::max(0, watch.interrupted());
    report.deadline_passed = watch.interrupted() == Watch::kDeadline;
  } else {
    report.error = failure.message;
    report.log_tail = failure.log_tail;
  }
  report_unmeasured(selection, "the daemon did not start", report);
}

enum class End { kMeasured, kNeverReady, kCrashedAtStart, kDied, kCrashed };

End run_with(Instruments instruments, const Scenario& scenario, const Selection& selection,
             const Watch& watch, const blame::Suppressions& suppressions, Report& report) {
  watch.announce("launching");
  auto prepared = launch::Site::prepare(scenario, watch.as_function());
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&prepared)) {
    fail_to_launch(*failure, selection, report, watch);
    return End::kMeasured;
  }
  auto& site = std::get<launch::Site>(prepared);
  launch::Site::Start how;
  std::optional<probe::AgentArea> area;
  if (instruments.why_no_agent.empty()) {
    how.agent_area = site.folder().root() / "agent";
    instruments.agent = &area.emplace(how.agent_area);
  }
  blame::ThreadStacks at_start;
  how.before_giving_up = [&at_start](std::span<const pid_t> processes) {
    at_start = blame::read_thread_stacks(processes);
  };
  auto launched = site.start(how);
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&launched)) {
    fail_to_launch(*failure, selection, report, watch);
    add_stacks(std::move(at_start), report);
    using Kind = launch::LaunchFailure::Kind;
    if (failure->is_crash) return End::kCrashedAtStart;
    const bool is_its_own = failure->kind == Kind::kDied || failure->kind == Kind::kNotReady;
    return is_its_own ? End::kNeverReady : End::kMeasured;
  }
  auto& daemon = std::get<launch::Daemon>(launched);
  report.pid = daemon.main().pid();
  report.ready_after_s = seconds(daemon.ready_after());
  report.containment = daemon.containment();
  GrowthRun(daemon, scenario, selection, watch, instruments, suppressions, report).run();
  if (!daemon.is_alive()) {
    const auto status = daemon.exit_status();
    return status && status->is_crash() ? End::kCrashed : End::kDied;
  }
  // A polite end first: what SIGKILL leaves behind (shared memory, sockets) the daemon can clean up
  // itself.
  rehearsals::stop_daemon(daemon, rehearsals::plan_of(scenario.window), watch.as_function());
  return End::kMeasured;
}

}  // namespace

std::string run_growth(const Scenario& scenario, const Selection& selection, const Watch& watch,
                       const blame::Suppressions& suppressions, Report& report) {
  Instruments instruments;
  if (scenario.warp) {
    report.warp = Warp{.asked = *scenario.warp};
    auto verified = verify_warp(scenario, watch);
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&verified)) {
      fail_to_launch(*failure, selection, report, watch);
      return "";
    }
    if (const auto* refused = std::get_if<WarpRefused>(&verified)) {
      report.warp->refused = refused->why;
      report_unmeasured(selection, refused->why, report);
      return "";
    }
    instruments.warp = std::get<VerifiedWarp>(verified);
  }
  instruments.why_no_agent = why_no_agent(scenario);
  if (instruments.why_no_agent.empty()) {
    Report counted = report;
    const End end = run_with(instruments, scenario, selection, watch, suppressions, counted);
    if (end == End::kMeasured || watch.interrupted()) {
      report = std::move(counted);
      return "";
    }
    instruments.why_no_agent = "under the agent " + counted.error;
  }
  const End end = run_with(instruments, scenario, selection, watch, suppressions, report);
  if (end == End::kCrashed && !scenario.warp) add_crash(scenario, watch, report);
  if (end == End::kCrashedAtStart && !scenario.warp) add_crash_at_start(scenario, watch, report);
  return instruments.why_no_agent;
}

}  // namespace watertight::run
