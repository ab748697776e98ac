// SPDX-License-Identifier: Apache-2.0
#include "run/summary.h"

#include "report/quantity.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace watertight::run {
namespace {

using judge::GrowthVerdict;
using judge::Reason;

/// A stress of which more than this share fails has not worked the daemon.
constexpr double kMostlyFailed = 0.5;
/// The pace at which a leak of memory is told per day.
constexpr double kStatedPace = 100.0 / 60;
constexpr double kDay = 86400;
constexpr double kYear = 365;  // Days.
/// Shares of a growth that time alone makes up: from which on it is all of it, and worth a word.
constexpr double kAllByTime = 0.8;
constexpr double kPartByTime = 0.2;
/// Loops whose time ran at such shares of one another's pace are told as one.
constexpr double kOnePace = 0.5;

std::string unit_of(const GrowthContext& context) { return std::string(context.traits->unit); }

/// Of the growth, what the daemon does while it is idle.
double time_share(const GrowthVerdict& verdict) {
  if (!verdict.idle_per_second || verdict.per_second <= 0) return 0;
  return *verdict.idle_per_second / verdict.per_second;
}

/// Growth a second: of the daemon's own time where time drives it, else of ours, in which the
/// operations were made.
double growth_per_second(const GrowthVerdict& verdict, const GrowthContext& context) {
  return time_share(verdict) >= kAllByTime ? verdict.per_second / context.warp : verdict.per_second;
}

Rate rate_of(const GrowthVerdict& verdict, const GrowthContext& context) {
  return {verdict.rate, verdict.rate_low, verdict.rate_high, growth_per_second(verdict, context),
          unit_of(context)};
}

/// What a daemon that was just started has left of its limit.
std::optional<double> left_at_start(const GrowthVerdict& verdict, const GrowthContext& context) {
  if (!context.limit || !context.used) return std::nullopt;
  const double used_at_start = std::max(0.0, *context.used - std::max(0.0, verdict.grown));
  return std::max(0.0, *context.limit - used_at_start);
}

std::optional<double> seconds_until_exhausted(const GrowthVerdict& verdict,
                                              const GrowthContext& context) {
  const auto left = left_at_start(verdict, context);
  if (!left || verdict.per_second <= 0) return std::nullopt;
  return *left / growth_per_second(verdict, context);
}

std::string meaning(const GrowthVerdict& verdict, const GrowthContext& context) {
  if (time_share(verdict) >= kAllByTime)
    return fmt::format(
        "; {} a day{}",
        report::format_amount(kDay * *verdict.idle_per_second / context.warp, context.traits->unit),
        context.warp > 1 ? " as it runs without --warp" : "");
  const bool is_memory = context.traits->unit == "byte";
  if (const auto seconds = seconds_until_exhausted(verdict, context);
      !is_memory && seconds && *seconds > 0)
    return fmt::format("; the limit of {} is reached in {} at this pace",
                       report::format_count(*context.limit), report::format_duration(*seconds));
  if (is_memory)
    return "; " + report::format_daily_growth(verdict.rate, context.traits->unit, kStatedPace);
  return "";
}

std::string what_drives(const GrowthVerdict& verdict, const GrowthContext& context) {
  if (!verdict.idle_per_second || verdict.per_second <= 0) return "";
  const double share = time_share(verdict);
  if (share < kPartByTime) return "; it stands still while the daemon is idle";
  const std::string idle =
      report::format_amount(*verdict.idle_per_second / context.warp, context.traits->unit) +
      (context.warp > 1 ? " a second of its own time" : " a second");
  if (share < kAllByTime) return fmt::format("; {} of it with time alone, also while idle", idle);
  return fmt::format("; time-driven: {} also while idle, whatever the operations", idle);
}

std::string describe_failure(const GrowthVerdict& verdict, const GrowthContext& context) {
  std::string text;
  if (verdict.reason == Reason::kExhausted)
    text = fmt::format("exhausted after {} operations: the limit of {} was reached",
                       report::format_count(static_cast<double>(verdict.operations)),
                       context.limit ? report::format_count(*context.limit) : "the process");
  const std::string leaks = "leaks " + report::format_rate_interval(rate_of(verdict, context));
  text += text.empty() ? leaks : "; it " + leaks + " until then";
  if (verdict.exact_step > 0)
    text += fmt::format(", exactly {} in {} of {} rounds",
                        report::format_rate(verdict.exact_step, context.traits->unit),
                        verdict.rounds_grown, verdict.rounds);
  text += what_drives(verdict, context);
  if (verdict.reason != Reason::kExhausted) text += meaning(verdict, context);
  return text;
}

/// To three digits.
double rounded(double number) {
  if (number <= 0) return number;
  const double unit = std::pow(10, std::floor(std::log10(number)) - 2);
  return std::round(number / unit) * unit;
}

/// Which loop leaks is not known: where they run at different paces, neither is the time it took.
std::vector<std::string> doubt_of_time(const GrowthContext& context) {
  if (context.slowest_warp >= kOnePace * context.warp) return {};
  return {
      fmt::format("its loops ran from {:.3g} to {:.3g} times as fast: should the slowest be the "
                  "one that leaks, it is {:.3g} times as much a second",
                  context.slowest_warp, context.warp, context.warp / context.slowest_warp)};
}

/// What the rate comes to, at the pace of the run and at a stated one.
std::vector<std::string> what_it_means(const GrowthVerdict& verdict, const GrowthContext& context) {
  if (verdict.rate <= 0) return {};
  if (time_share(verdict) >= kAllByTime) return doubt_of_time(context);
  const auto amount = [&](double number) {
    return report::format_amount(number, context.traits->unit);
  };
  struct Pace {
    std::string words;
    double operations_per_second;
  };
  const double measured = verdict.per_second / verdict.rate;
  std::vector<std::string> lines;
  for (const Pace& pace :
       {Pace{fmt::format("{} operations a second", report::format_count(rounded(measured))),
             measured},
        Pace{"100 operations a minute", kStatedPace}}) {
    const double a_day = verdict.rate * pace.operations_per_second * kDay;
    if (a_day <= 0) continue;
    std::string line = fmt::format("at {}: {} a day, {} a year", pace.words, amount(rounded(a_day)),
                                   amount(rounded(kYear * a_day)));
    if (const auto left = left_at_start(verdict, context))
      line += fmt::format("; the limit of {} after {}", amount(*context.limit),
                          report::format_duration(*left / a_day * kDay));
    lines.push_back(std::move(line));
  }
  return lines;
}

constexpr const char* kNotYet = "no growth seen, but too few operations to be sure";

std::string where_it_rests(const GrowthVerdict& verdict, const GrowthContext& context) {
  if (!verdict.plateau) return "";
  return fmt::format(" It would come to rest at about {}",
                     report::format_amount(*verdict.plateau, context.traits->unit));
}

std::string describe_doubt(const GrowthVerdict& verdict, const GrowthContext& context) {
  const std::string rate = report::format_rate_interval(rate_of(verdict, context));
  switch (verdict.reason) {
    case Reason::kDecelerating:
      return fmt::format("grows ever more slowly, {} at last: a cache that fills?{}", rate,
                         where_it_rests(verdict, context));
    case Reason::kDoubling:
      return "grows by doubling: one step an octave, as a vector does";
    case Reason::kNotConfirmed:
      return "grew for a while, and not later";
    case Reason::kPool:
      return fmt::format("grows {}, so far within the declared pool", rate);
    case Reason::kBlind:
      return fmt::format(
          "no growth seen, but {} could hide in memory that was freed and is still "
          "resident (--strict)",
          report::format_rate(verdict.blind_rate, context.traits->unit));
    case Reason::kNoisy:
      if (verdict.rate == 0) return kNotYet;
      return fmt::format("too noisy: growth of up to {} cannot be ruled out",
                         report::format_rate(verdict.upper_bound, context.traits->unit));
    default:
      return kNotYet;
  }
}

std::string what_settles(const GrowthVerdict& verdict) {
  if (!verdict.operations_to_settle) return "";
  return fmt::format("; needs about {} more operations",
                     report::format_count(*verdict.operations_to_settle));
}

}  // namespace

CheckResult summarize_growth(const GrowthVerdict& verdict, const GrowthContext& context) {
  CheckResult result;
  result.id = fmt::format("growth.{}", context.traits->id);
  result.severity = context.traits->severity;
  result.verdict = verdict.verdict;
  result.rate = rate_of(verdict, context);
  result.detection_limit_per_operation = verdict.detection_limit;
  const bool is_settled = verdict.verdict != Verdict::kInconclusive;
  if (is_settled) {
    result.decided_after_s = verdict.seconds;
    result.decided_at_operations = verdict.operations;
  }
  const std::string unit = unit_of(context);
  if (verdict.verdict == Verdict::kPass && context.failed_share > kMostlyFailed) {
    result.verdict = Verdict::kInconclusive;
    result.summary =
        fmt::format("{:.0f} % of the operations failed, so the daemon was not worked: {}",
                    100 * context.failed_share, context.first_failure);
  } else if (verdict.verdict == Verdict::kPass && verdict.reason == Reason::kTolerated) {
    result.summary =
        fmt::format("grows {}, which is tolerated", report::format_rate_interval(*result.rate));
  } else if (verdict.verdict == Verdict::kPass) {
    result.summary = fmt::format("no growth; would have caught {}",
                                 report::format_detection_limit(verdict.detection_limit, unit));
    if (context.operations_are_time && context.warp > 1)
      result.summary +=
          fmt::format(", {} a day as it runs without --warp",
                      report::format_amount(kDay * 1000 * verdict.detection_limit, unit));
    if (verdict.blind_rate > verdict.upper_bound)
      result.evidence.push_back(fmt::format(
          "{} could hide in memory that was freed and is still resident (--strict, growth.heap)",
          report::format_rate(verdict.blind_rate, unit)));
  } else if (verdict.verdict == Verdict::kFail) {
    result.summary = describe_failure(verdict, context);
    result.exhausted_in_s = seconds_until_exhausted(verdict, context);
    result.evidence = what_it_means(verdict, context);
  } else {
    result.summary = describe_doubt(verdict, context) + what_settles(verdict);
    if (!context.stopped.empty()) result.summary += " (the run ended: " + context.stopped + ")";
  }
  return result;
}

}  // namespace watertight::run
