// SPDX-License-Identifier: Apache-2.0
#include "run/growth.h"

#include "blame/black_box.h"
#include "judge/growth.h"
#include "launch/daemon.h"
#include "probe/sampler.h"
#include "proc/limits.h"
#include "rehearsals/stop.h"
#include "run/cadence.h"
#include "run/summary.h"
#include "run/turns.h"
#include "run/warp.h"
#include "stress/quiescence.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;
using posix::Clock;
using probe::Resource;

/// Once a check has failed the others have this long to come to a verdict of their own.
constexpr auto kGrace = 2s;
constexpr auto kCalibrationTime = 200ms;
constexpr std::uint64_t kCalibrationOperations = 16;
/// Of one round: what calibration uses up, the octaves of the judge do not get.
constexpr std::uint64_t kMostForCalibration = 512;
constexpr double kUnknown = std::numeric_limits<double>::infinity();
/// Operations after which a stress that never worked is given up.
constexpr std::uint64_t kHopeless = 32;
/// What the budget does not settle gets so many octaves more (--extend).
constexpr unsigned kExtension = 4;
/// A daemon that leaks is watched while idle, to tell time from work: for so long at most ...
constexpr Clock::duration kLongestIdle = 2s;
constexpr Clock::duration kIdleLook = 20ms;
/// ... and until so many steps would have been seen if time alone had leaked.
constexpr double kIdleSteps = 20;
constexpr double kShortestIdle = 0.3;
/// Share of what the daemon can do at which it is paced, so that state that follows the rate stays
/// put.
constexpr double kPace = 0.8;

/// Things that grew, where each has another name.
constexpr std::size_t kMostBlamed = 20;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// A resource with all that was seen of it.
struct Judged {
  Resource resource;
  judge::GrowthJudge judge;
};

class GrowthRun {
 public:
  GrowthRun(launch::Daemon& daemon, const Scenario& scenario, const Selection& selection,
            const Watch& watch, const std::optional<VerifiedWarp>& warp, Report& report)
      : daemon_(daemon),
        scenario_(scenario),
        selection_(selection),
        watch_(watch),
        warp_(warp),
        report_(report),
        workload_(daemon),
        sampler_({daemon.guard_pid(), daemon.main().pid(), daemon.folder().state()}),
        budget_(scenario.budget.time * (scenario.extends ? 1u << kExtension : 1u)),
        memory_limit_(proc::memory_limit(daemon.main().pid())),
        thread_limit_(proc::thread_limit(daemon.main().pid())),
        is_idle_(std::ranges::all_of(scenario.stress, [](const Stress& stress) {
          return stress.kind == Stress::Kind::kIdle;
        })) {
    if (warp_) turns_.emplace(sampler_.live_processes());
  }

  void run() {
    calibrate();
    prepare_judges();
    while ((report_.stopped = reason_to_stop()).empty()) {
      round(cadence_.round - tally_.attempted % cadence_.round, pace_, round_limit_);
      show_progress("stressing");
    }
    watch_idle();
    conclude();
  }

 private:
  void calibrate();
  void prepare_judges();
  void round(std::uint64_t operations, std::optional<double> pace, Clock::duration limit);
  void wait_until_quiet();
  void look(probe::Sampler::Depth depth);
  void observe(const probe::Sample& sample);
  std::optional<probe::Fill> fill(Resource resource, const std::optional<double>& value) const;
  std::string reason_to_stop();
  void watch_idle();
  bool has_told_time_from_work(double idle_seconds) const;
  bool is_settled(const Judged& judged) const;
  bool has_failed(const Judged& judged) const;
  void conclude();
  CheckResult conclude(const Judged& judged, const blame::Inventory& after) const;
  void measure_time();
  /// Idle operations are milliseconds, and told as such of the daemon's own time.
  double own_operations() const { return is_idle_ ? warp_factor_ : 1; }
  void record_series();
  void show_progress(std::string_view phase);

  launch::Daemon& daemon_;
  const Scenario& scenario_;
  const Selection& selection_;
  const Watch& watch_;
  const std::optional<VerifiedWarp>& warp_;
  Report& report_;
  stress::Workload workload_;
  probe::Sampler sampler_;
  posix::Deadline budget_;
  std::optional<TurnCounter> turns_;  ///< Under --warp.
  std::optional<double> memory_limit_, thread_limit_;
  bool is_idle_;            ///< The stress only waits.
  double warp_factor_ = 1;  ///< Seconds of the daemon's own time in one of ours.

  std::vector<probe::Sample> samples_;
  std::vector<Judged> judged_;
  blame::Inventory inventory_before_;
  Calibration calibration_;
  Cadence cadence_;
  std::optional<double> pace_;
  Clock::duration round_limit_ = 1s;
  Clock::duration quiet_cap_ = 50ms;
  stress::Tally tally_;
  double stress_seconds_ = 0;
  std::uint64_t next_wide_ = 0;
  std::uint64_t rounds_ = 0;
  unsigned busy_in_a_row_ = 0;
  std::optional<Clock::time_point> first_failure_;
  Clock::time_point last_shown_{};
};

void GrowthRun::calibrate() {
  wait_until_quiet();
  look(probe::Sampler::Depth::kWide);
  inventory_before_ = blame::take_inventory(sampler_);

  calibration_.cycle = workload_.cycle();
  std::uint64_t operations =
      (kCalibrationOperations + calibration_.cycle - 1) / calibration_.cycle * calibration_.cycle;
  calibration_.sample_seconds = calibration_.overhead_seconds = kUnknown;
  const posix::Deadline deadline(kCalibrationTime);
  do {
    const double worked_before = stress_seconds_;
    const std::uint64_t attempted_before = tally_.attempted;
    const auto begin = Clock::now();
    round(operations, scenario_.operations_per_second, kCalibrationTime);
    const double whole = seconds(Clock::now() - begin);
    const double worked = stress_seconds_ - worked_before;
    const auto done = static_cast<double>(tally_.attempted - attempted_before);
    calibration_.operations_per_second =
        std::max(calibration_.operations_per_second, done / std::max(worked, 1e-6));
    calibration_.overhead_seconds = std::min(calibration_.overhead_seconds, whole - worked);
    operations *= 2;
    show_progress("calibrating");
  } while (!deadline.has_passed() && operations <= kMostForCalibration && !watch_.interrupted() &&
           daemon_.is_alive());
}

void GrowthRun::prepare_judges() {
  if (is_idle_)
    calibration_.operations_per_second = 1000;  // An operation is a millisecond.
  else
    pace_ = scenario_.operations_per_second.value_or(kPace * calibration_.operations_per_second);
  if (pace_)
    calibration_.operations_per_second = std::min(*pace_, calibration_.operations_per_second);
  if (warp_) warp_factor_ = warp_->fastest();
  Budget budget = scenario_.budget;
  if (budget.operations)
    budget.operations = static_cast<std::uint64_t>(
        std::ceil(static_cast<double>(*budget.operations) / own_operations()));
  cadence_ = choose_cadence(calibration_, budget);
  const double expected =
      static_cast<double>(cadence_.round) / std::max(calibration_.operations_per_second, 1e-3);
  round_limit_ = std::max<Clock::duration>(
      1s, std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(4 * expected)));
  for (const Resource resource : selection_.growth) {
    const auto& traits = probe::traits(resource);
    judge::Options options;
    options.quantum = traits.quantum;
    options.is_exact = traits.unit != "byte";
    options.budget = cadence_.budget;
    options.first_octave = 16 * cadence_.round;
    options.resources = static_cast<unsigned>(selection_.growth.size());
    options.default_tolerance = options.is_exact ? 1e-3 : 1.0;
    options.alpha = scenario_.alpha;
    options.is_strict = scenario_.is_strict;
    options.is_rigorous = scenario_.is_rigorous;
    options.extra_octaves = scenario_.extends ? kExtension : 0;
    for (const Pool& pool : scenario_.pools)
      if (pool.resource == traits.id) options.pool = pool.size;
    for (const Tolerance& tolerance : scenario_.tolerate)
      if (tolerance.resource == traits.id)
        options.stated_tolerance = tolerance.per_operation * own_operations();
    judged_.push_back({resource, judge::GrowthJudge(options)});
  }
  for (const probe::Sample& sample : samples_) observe(sample);
  next_wide_ = next_wide_look(tally_.attempted, cadence_.round);
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
    if (!first_failure_ && has_failed(judged)) first_failure_ = Clock::now();
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

bool GrowthRun::is_settled(const Judged& judged) const {
  return judged.judge.is_decided() || !sampler_.blind_reason(judged.resource).empty();
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

void GrowthRun::measure_time() {
  if (!warp_) return;
  if (is_idle_) warp_factor_ = warp_->factor_of(turns_->turnings());
  report_.warp->measured = warp_factor_;
}

void GrowthRun::conclude() {
  measure_time();
  report_.operations = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(tally_.attempted) * own_operations()));
  report_.failed_operations = tally_.failed;
  report_.first_failure = tally_.first_failure;
  report_.stress_seconds = stress_seconds_;
  if (!daemon_.is_alive()) {
    const auto status = daemon_.exit_status();
    report_.error = fmt::format("the daemon died after {} operations: {}{}", report_.operations,
                                status ? status->describe() : "its main process is gone",
                                warp_ ? " (under --warp; try without)" : "");
    report_.log_tail = daemon_.log_tail();
  }
  const blame::Inventory after = blame::take_inventory(sampler_);
  for (const Judged& judged : judged_) report_.checks.push_back(conclude(judged, after));
  record_series();
}

CheckResult GrowthRun::conclude(const Judged& judged, const blame::Inventory& after) const {
  const auto& traits = probe::traits(judged.resource);
  if (const std::string& blind = sampler_.blind_reason(judged.resource); !blind.empty()) {
    CheckResult result;
    result.id = fmt::format("growth.{}", traits.id);
    result.severity = traits.severity;
    result.summary = blind;
    return result;
  }
  judge::GrowthVerdict verdict =
      judge::per_finer_operation(judged.judge.verdict(), own_operations());
  if (is_idle_) verdict.idle_per_second = verdict.per_second;  // An operation was a millisecond.
  const bool is_suspected = scenario_.fails_fast && verdict.verdict == Verdict::kInconclusive &&
                            judged.judge.is_suspect();
  if (is_suspected) verdict.verdict = Verdict::kFail;
  GrowthContext context;
  context.traits = &traits;
  context.operations_are_time = is_idle_;
  context.warp = warp_factor_;
  if (warp_) context.slowest_warp = warp_->slowest();
  if (const auto& own = sampler_.fill(judged.resource)) {
    context.limit = own->limit;
    context.used = own->used;
  } else if (const auto shared = fill(judged.resource, verdict.value)) {
    context.limit = shared->limit;
    context.used = shared->used;
  }
  if (report_.stopped != "budget" && report_.stopped != "all verdicts in")
    context.stopped = report_.stopped;
  context.failed_share = tally_.attempted == 0 ? 1
                                               : static_cast<double>(tally_.failed) /
                                                     static_cast<double>(tally_.attempted);
  context.first_failure = tally_.first_failure;
  CheckResult result = summarize_growth(verdict, context);
  if (is_suspected) result.summary = "suspected (--fail-fast): " + result.summary;
  if (verdict.verdict == Verdict::kFail) {
    result.blame = blame::find_grown(inventory_before_, after, judged.resource);
    if (result.blame.size() > kMostBlamed) result.blame.resize(kMostBlamed);
    std::ranges::copy(blame::describe_grown(result.blame), std::back_inserter(result.evidence));
  }
  return result;
}

void GrowthRun::record_series() {
  auto& series = report_.series;
  for (const probe::Sample& sample : samples_) {
    series["operations"].push_back(
        std::round(static_cast<double>(sample.operations) * own_operations()));
    series["seconds"].push_back(sample.seconds * warp_factor_);
    for (const Resource resource : selection_.growth)
      series[std::string(probe::traits(resource).id)].push_back(sample[resource]);
  }
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

}  // namespace

void run_growth(const Scenario& scenario, const Selection& selection, const Watch& watch,
                Report& report) {
  std::optional<VerifiedWarp> warp;
  if (scenario.warp) {
    report.warp = Warp{.asked = *scenario.warp};
    auto verified = verify_warp(scenario, watch);
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&verified))
      return fail_to_launch(*failure, selection, report, watch);
    if (const auto* refused = std::get_if<WarpRefused>(&verified)) {
      report.warp->refused = refused->why;
      return report_unmeasured(selection, refused->why, report);
    }
    warp = std::get<VerifiedWarp>(verified);
  }
  watch.announce("launching");
  auto launched = launch::launch(scenario, watch.as_function());
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    return fail_to_launch(*failure, selection, report, watch);
  auto& daemon = std::get<launch::Daemon>(launched);
  report.pid = daemon.main().pid();
  report.ready_after_s = seconds(daemon.ready_after());
  report.containment = daemon.containment();
  GrowthRun(daemon, scenario, selection, watch, warp, report).run();
  // A polite end first: what SIGKILL leaves behind (shared memory, sockets) the daemon can clean up
  // itself.
  if (daemon.is_alive()) rehearsals::stop_daemon(daemon, scenario.window, watch.as_function());
}

}  // namespace watertight::run
