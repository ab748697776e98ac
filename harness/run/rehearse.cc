// SPDX-License-Identifier: Apache-2.0
#include "run/rehearse.h"

#include "rehearsals/running.h"
#include "rehearsals/together.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;
using posix::Clock;
using rehearsals::Check;
using rehearsals::Company;
using rehearsals::Interrupted;

/// Fewer gain less than it costs to find out whether instances can live side by side.
constexpr std::size_t kFewestTogether = 3;
constexpr auto kBetweenLooks = 50ms;

/// Most of them wait most of the time.
unsigned most_at_a_time() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u) + 1; }

/// A rehearsal of this run, and what has become of it.
struct Turn {
  enum class Stage { kWaiting, kRunning, kDone };
  const Check* check = nullptr;
  rehearsals::Running running{};
  Stage stage = Stage::kWaiting;
  Clock::time_point began{};
  CheckResult result{};
};

CheckResult without_result(Verdict verdict, std::string why) {
  CheckResult result;
  result.verdict = verdict;
  result.summary = std::move(why);
  return result;
}

/// All turns of a run. The thread that made it talks to the observer; others only take turns.
class Rehearsing {
 public:
  Rehearsing(const Scenario& scenario, const Selection& selection, const Watch& watch)
      : scenario_(scenario), selection_(selection), watch_(watch) {
    for (const Check* check : selection.rehearsals)
      turns_.push_back({.check = check, .running = rehearsals::running_of(check->id)});
  }

  /// `stopped`: why no rehearsal is to begin; empty where they may.
  void run(std::string stopped) {
    stopped_ = std::move(stopped);
    if (!turns_.empty() && turns_.front().check->id == "shutdown.idle") take_here(turns_.front());
    const std::vector<Turn*> together = find_together();
    if (!together.empty()) take_together(together);
    for (Turn& turn : turns_)
      if (turn.stage == Turn::Stage::kWaiting) take_here(turn);
  }

  std::vector<CheckResult> results() {
    std::vector<CheckResult> results;
    for (Turn& turn : turns_) {
      turn.result.id = turn.check->id;
      // A rehearsal may be milder.
      turn.result.severity = std::max(turn.result.severity, turn.check->severity);
      results.push_back(std::move(turn.result));
    }
    return results;
  }

  /// What a rehearsal has thrown first; null where none has.
  std::exception_ptr fault() const { return fault_; }

 private:
  /// What keeps a rehearsal from being looked at here; empty where nothing does.
  std::string missing_here(const Check& check) const {
    const bool stops_late = turns_.front().check->id == "shutdown.idle" &&
                            turns_.front().result.verdict == Verdict::kFail;
    if (check.needs.prompt_stop && stops_late) return "needs shutdown.idle, which failed";
    return missing_need(scenario_, check);
  }

  /// Those that can run side by side, the longest first; none where they had better not.
  std::vector<Turn*> find_together() {
    std::vector<Turn*> together;
    for (Turn& turn : turns_) {
      const bool is_free = turn.stage == Turn::Stage::kWaiting && missing_here(*turn.check).empty();
      if (is_free && turn.running.company == Company::kAny) together.push_back(&turn);
    }
    if (together.size() < kFewestTogether || !why_not_begin().empty()) return {};
    const auto neighbours = rehearsals::try_neighbours(scenario_, watch_.as_function());
    ready_after_s_ = std::chrono::duration<double>(neighbours.ready_after).count();
    if (!neighbours.quarrel.empty()) return {};
    std::ranges::stable_sort(together, std::greater<>(),
                             [this](const Turn* turn) { return expected_seconds(turn->running); });
    return together;
  }

  std::string why_not_begin() const {
    return watch_.interrupted() != 0 ? "not run: interrupted" : stopped_;
  }

  /// On this thread, with nobody beside it.
  void take_here(Turn& turn) {
    if (const std::string why = why_not_begin(); !why.empty()) {
      finish(turn, without_result(Verdict::kInconclusive, why));
    } else if (const std::string need = missing_here(*turn.check); !need.empty()) {
      finish(turn, without_result(Verdict::kNotApplicable, need));
    } else {
      begin(turn);
      announce();
      finish(turn, attempt(*turn.check, [this] {
               if (is_time_to_announce()) announce();
               return watch_.interrupted();
             }));
    }
  }

  void take_together(const std::vector<Turn*>& together) {
    std::size_t next = 0, finished = 0;
    std::condition_variable news;
    const auto work = [&] {
      std::unique_lock lock(mutex_);
      while (next < together.size() && stopped_.empty() && interrupted_ == 0) {
        Turn& turn = *together[next++];
        begin(turn);
        lock.unlock();
        CheckResult result = attempt(*turn.check, [this] { return interrupted_.load(); });
        lock.lock();
        finish(turn, std::move(result));
        news.notify_one();
      }
      ++finished;
      news.notify_one();
    };
    std::vector<std::jthread> workers;
    const auto wanted = std::min<std::size_t>(most_at_a_time(), together.size());
    std::unique_lock lock(mutex_);
    while (workers.size() < wanted) workers.emplace_back(work);
    while (finished < workers.size()) {
      interrupted_ = watch_.interrupted();
      if (is_time_to_announce()) announce();
      news.wait_for(lock, kBetweenLooks);
    }
    // A neighbour may have been in the way.
    for (Turn* turn : together)
      if (turn->result.verdict == Verdict::kInconclusive && why_not_begin().empty())
        turn->stage = Turn::Stage::kWaiting;
  }

  /// Runs it; an exception stops the others.
  CheckResult attempt(const Check& check, const Interrupted& interrupted) {
    try {
      return check.run(scenario_, interrupted);
    } catch (const std::exception& error) {
      const std::lock_guard lock(fault_mutex_);
      if (!fault_) fault_ = std::current_exception();
      return without_result(Verdict::kInconclusive,
                            fmt::format("could not be measured: {}", error.what()));
    }
  }

  void begin(Turn& turn) {
    turn.stage = Turn::Stage::kRunning;
    turn.began = Clock::now();
  }

  void finish(Turn& turn, CheckResult result) {
    turn.result = std::move(result);
    turn.stage = Turn::Stage::kDone;
    if (!stopped_.empty()) return;
    const std::lock_guard lock(fault_mutex_);
    if (fault_) stopped_ = "not run: the harness could not measure";
    if (scenario_.fails_fast && is_news(turn))
      stopped_ = fmt::format("not run: --fail-fast, and {} failed", turn.check->id);
  }

  bool is_news(const Turn& turn) const {
    return turn.result.verdict == Verdict::kFail &&
           std::max(turn.result.severity, turn.check->severity) == Severity::kFail &&
           std::ranges::find(selection_.expected, turn.check->id) == selection_.expected.end();
  }

  double expected_seconds(const rehearsals::Running& running) const {
    return rehearsals::depth(scenario_, 0.3, 1.0) *
           (running.seconds + running.starts * ready_after_s_);
  }

  bool is_time_to_announce() const { return Clock::now() - last_announced_ >= kBetweenFrames; }

  /// What runs, and about how long the rest will take. On the thread that made this.
  void announce();

  static constexpr auto kBetweenFrames = 100ms;

  const Scenario& scenario_;
  const Selection& selection_;
  const Watch& watch_;
  std::vector<Turn> turns_;
  double ready_after_s_ = 0;
  Clock::time_point last_announced_{};

  std::mutex mutex_;  ///< Of turns_ and stopped_, while rehearsals run side by side.
  std::string stopped_;
  std::atomic<int> interrupted_ = 0;
  std::mutex fault_mutex_;
  std::exception_ptr fault_;
};

void Rehearsing::announce() {
  last_announced_ = Clock::now();
  Progress progress;
  double together = 0, alone = 0;
  for (const Turn& turn : turns_) {
    ++progress.checks;
    if (turn.stage == Turn::Stage::kDone) {
      ++progress.checks_done;
      continue;
    }
    double left = missing_here(*turn.check).empty() ? expected_seconds(turn.running) : 0;
    if (turn.stage == Turn::Stage::kRunning) {
      progress.phase += fmt::format("{}{}", progress.phase.empty() ? "" : ", ", turn.check->id);
      left -= std::chrono::duration<double>(last_announced_ - turn.began).count();
    }
    (turn.running.company == Company::kAny ? together : alone) += std::max(left, 0.0);
  }
  progress.seconds_left = alone + together / std::max(1u, most_at_a_time() - 1);
  watch_.announce(progress);
}

bool has_failed_fast(const Scenario& scenario, const Selection& selection, const Report& report) {
  return scenario.fails_fast && std::ranges::any_of(report.checks, [&](const CheckResult& check) {
           return check.verdict == Verdict::kFail && check.severity == Severity::kFail &&
                  std::ranges::find(selection.expected, check.id) == selection.expected.end();
         });
}

}  // namespace

void run_rehearsals(const Scenario& scenario, const Selection& selection, const Watch& watch,
                    Report& report) {
  Rehearsing rehearsing(scenario, selection, watch);
  std::string stopped;
  if (!report.error.empty())
    stopped = "not run: the daemon does not hold up";
  else if (has_failed_fast(scenario, selection, report))
    stopped = "not run: --fail-fast";
  rehearsing.run(stopped);
  for (CheckResult& result : rehearsing.results()) report.checks.push_back(std::move(result));
  if (const auto fault = rehearsing.fault()) std::rethrow_exception(fault);
}

}  // namespace watertight::run
