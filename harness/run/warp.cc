// SPDX-License-Identifier: Apache-2.0
#include "run/warp.h"

#include "launch/time_warp.h"
#include "rehearsals/stop.h"
#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;
using posix::Clock;

constexpr auto kShortestLook = 1s;
constexpr auto kLongestLook = 5s;
constexpr auto kTimeBetweenLooks = 5ms;
/// Turns after which a look is long enough, and without which the factor is refused.
constexpr std::uint64_t kEnoughTurns = 64;
constexpr std::uint64_t kFewestTurns = 8;
/// The base is chosen for so many turns in so many seconds, and at most this share of the factor.
constexpr std::uint64_t kBaseTurns = 16;
constexpr double kBaseSeconds = 2;
constexpr double kHighestBase = 0.25;
/// Below this the base is the daemon as it is, without libfaketime.
constexpr double kLowestWarpedBase = 1.5;
/// So much more often than at the base must a loop turn; for small factors, this share of them.
constexpr double kFasterAtLeast = 2;
constexpr double kShareAtLeast = 0.75;
/// A loop that is found running in so many looks does not wait at all.
constexpr double kNeverRests = 0.8;

constexpr std::string_view kUnreached =
    "libfaketime does not reach alarm, setitimer, timer_settime, sem_timedwait, sigtimedwait, "
    "ppoll for less than a second and the system calls that a program makes itself, as Go does";

constexpr std::string_view kSpins =
    "a loop of it no longer rests: libfaketime cuts the timeouts of poll and epoll_wait down to "
    "whole milliseconds, and a short one to nothing";

Turning all_of(const std::vector<Turning>& turnings) {
  Turning all;
  for (const Turning& turning : turnings) {
    all.turns += turning.turns;
    all.seconds = std::max(all.seconds, turning.seconds);
  }
  return all;
}

/// What was seen of a daemon that was left alone.
struct Look {
  std::vector<Turning> turnings;
  std::uint64_t most_turns = 0;
  double seconds = 0;
  std::string not_loaded;  ///< Why no process of it has loaded libfaketime.
};

std::string why_not_loaded(const launch::Daemon& daemon) {
  const std::vector<pid_t> processes = daemon.processes();
  const bool is_loaded =
      std::ranges::any_of(processes, [](pid_t pid) { return launch::why_not_warped(pid).empty(); });
  return is_loaded ? "" : launch::why_not_warped(daemon.main().pid());
}

std::variant<Look, launch::LaunchFailure> look_at(const Scenario& scenario,
                                                  std::uint64_t enough_turns, const Watch& watch) {
  auto launched = launch::launch(scenario, watch.as_function());
  if (auto* failure = std::get_if<launch::LaunchFailure>(&launched)) return std::move(*failure);
  auto& daemon = std::get<launch::Daemon>(launched);
  Look look;
  if (scenario.warp) look.not_loaded = why_not_loaded(daemon);
  if (look.not_loaded.empty()) {
    const auto begin = Clock::now();
    TurnCounter counter(daemon.processes());
    const posix::Deadline soonest(kShortestLook), latest(kLongestLook);
    while (!latest.has_passed() && !watch.interrupted() && daemon.is_alive() &&
           !(soonest.has_passed() && counter.most_turns() >= enough_turns)) {
      posix::pause_for(kTimeBetweenLooks);
      counter.look();
    }
    look.turnings = counter.turnings();
    look.most_turns = counter.most_turns();
    look.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  using Kind = launch::LaunchFailure::Kind;
  if (watch.interrupted()) return launch::LaunchFailure{Kind::kInterrupted, "interrupted", {}};
  if (!daemon.is_alive())
    return launch::LaunchFailure{Kind::kDied, "the daemon died while it was left alone",
                                 daemon.log_tail()};
  rehearsals::stop_daemon(daemon, rehearsals::plan_of(scenario.window), watch.as_function());
  return look;
}

/// The factor at which the quickest loop turns often enough to be counted; 1 where it does without.
double choose_base(double factor, const Look& fast) {
  double period = 0;
  for (const Turning& turning : fast.turnings)
    if (const auto seconds = turning.period(); seconds && turning.turns >= kFewestTurns)
      period = period == 0 ? *seconds : std::min(period, *seconds);
  const double needed = kBaseTurns * period * factor / kBaseSeconds;
  const double base = std::min(needed, kHighestBase * factor);
  return base < kLowestWarpedBase ? 1 : base;
}

bool never_rests(const Look& look) {
  return std::ranges::any_of(look.turnings,
                             [](const Turning& t) { return t.running >= kNeverRests; });
}

/// A factor at which poll(2) and epoll_wait(2), which count in milliseconds, still wait for one.
std::string lower_factor(double factor, double base, const Look& slow) {
  double period = 0;
  for (const Turning& turning : slow.turnings)
    if (const auto seconds = turning.period())
      period = period == 0 ? *seconds : std::min(period, *seconds);
  const double highest = std::floor(base * period * 1000);
  return highest >= 2 && highest < factor ? fmt::format("try --warp {}", highest)
                                          : "try a lower factor";
}

std::string times(std::uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

/// Both looks were taken, and no loop runs faster for it.
std::string explain_no_effect(double factor, const Look& fast, double base, const Look& slow) {
  const std::string seen =
      fmt::format("woke up by itself {} in {} at {} times", times(fast.most_turns),
                  report::format_duration(fast.seconds), factor);
  if (fast.most_turns < kFewestTurns && slow.most_turns < 2 * fast.most_turns + 2) {
    if (fast.most_turns > 0)
      return fmt::format("it {}, too few to tell: its loop waits for too long, or {}", seen,
                         kUnreached);
    return fmt::format("it {}: no timer runs in it, or none that is reached ({})", seen,
                       kUnreached);
  }
  return fmt::format("it {} and {} in {} {}: it waits in a way that is not reached ({})", seen,
                     times(slow.most_turns), report::format_duration(slow.seconds),
                     base == 1 ? "without" : fmt::format("at {:.3g} times", base), kUnreached);
}

WarpRefused refusal(double factor, std::string_view why, std::string_view remedy = "leave it out") {
  return {fmt::format("--warp {} is refused: {}; {}", factor, why, remedy)};
}

}  // namespace

std::optional<VerifiedWarp> VerifiedWarp::of(double factor, const std::vector<Turning>& at_factor,
                                             double base, const std::vector<Turning>& at_base) {
  if (at_factor.size() != at_base.size()) {
    if (at_factor.size() <= 1 && at_base.size() <= 1) return std::nullopt;
    return of(factor, {all_of(at_factor)}, base, {all_of(at_base)});
  }
  VerifiedWarp warp;
  warp.fastest_ = 0;
  warp.slowest_ = std::numeric_limits<double>::infinity();
  const double faster_at_least = std::min(kFasterAtLeast, kShareAtLeast * factor / base);
  for (std::size_t i = 0; i < at_factor.size(); ++i) {
    double& own_seconds = warp.own_seconds_per_turn_.emplace_back(0);
    const auto fast = at_factor[i].period(), slow = at_base[i].period();
    if (!fast || at_factor[i].turns < kFewestTurns) continue;
    if (!slow) continue;
    if (*slow < faster_at_least * *fast) {
      warp.slowest_ = 1;
      continue;
    }
    own_seconds = (*slow - *fast) / (1 / base - 1 / factor);
    const double reached = own_seconds / *fast;
    warp.fastest_ = std::max(warp.fastest_, reached);
    warp.slowest_ = std::min(warp.slowest_, reached);
  }
  if (warp.fastest_ == 0) return std::nullopt;
  return warp;
}

double VerifiedWarp::factor_of(const std::vector<Turning>& turnings) const {
  if (turnings.size() != own_seconds_per_turn_.size()) return fastest_;
  double fastest = 0;
  for (std::size_t i = 0; i < turnings.size(); ++i)
    if (const auto period = turnings[i].period(); period && turnings[i].turns >= kFewestTurns)
      fastest = std::max(fastest, own_seconds_per_turn_[i] / *period);
  return fastest == 0 ? fastest_ : fastest;
}

std::variant<VerifiedWarp, WarpRefused, launch::LaunchFailure> verify_warp(const Scenario& scenario,
                                                                           const Watch& watch) {
  using launch::LaunchFailure;
  const double factor = *scenario.warp;
  launch::find_time_warp();
  watch.announce("verifying the warp");
  const auto fast = look_at(scenario, kEnoughTurns, watch);
  Scenario slower = scenario;
  slower.warp.reset();
  if (const auto* failure = std::get_if<LaunchFailure>(&fast)) {
    if (failure->kind == LaunchFailure::Kind::kInterrupted) return *failure;
    const auto bare = launch::launch(slower, watch.as_function());
    if (std::holds_alternative<LaunchFailure>(bare)) return *failure;
    return refusal(factor,
                   fmt::format("it does not start under libfaketime (programs with jemalloc "
                               "hang), and does without: {}",
                               failure->message));
  }
  const Look& at_factor = std::get<Look>(fast);
  if (!at_factor.not_loaded.empty()) return refusal(factor, at_factor.not_loaded);
  const double base = choose_base(factor, at_factor);
  if (base > 1) slower.warp = base;
  const auto slow = look_at(slower, kBaseTurns, watch);
  if (const auto* failure = std::get_if<LaunchFailure>(&slow)) return *failure;
  const Look& at_base = std::get<Look>(slow);
  if (never_rests(at_factor) && !never_rests(at_base))
    return refusal(factor, kSpins, lower_factor(factor, base, at_base));
  if (const auto warp = VerifiedWarp::of(factor, at_factor.turnings, base, at_base.turnings))
    return *warp;
  return refusal(factor, explain_no_effect(factor, at_factor, base, at_base));
}

}  // namespace watertight::run
