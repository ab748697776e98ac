// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/traced.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>
#include <variant>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostToLock = 5s;
constexpr auto kAtItsRest = 20ms;
constexpr std::string_view kNoLock =
    "it takes no lock on its PID file when it starts: nothing for a race to give away";

std::string describe_claims(const launch::Daemon& daemon, const fs::path& path) {
  const auto claims = claims_among(live_processes(daemon), path);
  return claims.empty() ? "no lock on it" : claims.front().describe();
}

pid_t pid_of(const launch::Daemon& daemon, const fs::path& path) {
  const auto main = find_main(daemon, path);
  return main ? main->pid() : daemon.main().pid();
}

/// The instances of one check: the first, which is told to end, and two that come.
class Race {
 public:
  Race(const Scenario& scenario, const Interrupted& interrupted)
      : scenario_(scenario), interrupted_(interrupted), stage_(scenario, interrupted) {}

  CheckResult run_around_unlink() {
    if (!start_first()) return std::move(*result_);
    auto taken = Traced::take(std::move(*first_));
    if (auto* none = std::get_if<CheckResult>(&taken)) return std::move(*none);
    Traced& first = std::get<Traced>(taken);
    if (!stop_at_unlink(first)) return std::move(*result_);
    const std::string claim = describe_claims(first.daemon(), path_);

    auto started = start_traced("second");
    if (!started) return std::move(*result_);
    if (!started->run_to([this](const auto& t) { return is_about_to_lock(t, path_); }, kMostToLock,
                         interrupted_))
      return give_up(*started);
    started->let_go();
    const Settled end = settle_it(started->daemon());
    if (end == Settled::kWaits)
      return not_applicable("another instance waits for the lock: see lock.loser");
    if (end == Settled::kGone) {
      return passed(
          fmt::format("at the entry of unlink({}) it still holds {}: another instance "
                      "gave way; would have caught one that stays, and loses its file",
                      path_.filename().native(), claim));
    }
    scene_ = fmt::format(
        "pid {} stands before unlink({}) and holds {}; pid {} starts and stays; "
        "the file goes",
        first_pid_, path_.filename().native(), claim, pid_of(started->daemon(), path_));
    first.let_go();
    if (!first.daemon().main().wait_until_ended(posix::Deadline(scenario_.window.length)))
      return inconclusive("it did not end inside the window after it was held: see shutdown.idle");
    return start_third(started->daemon());
  }

  CheckResult run_before_lock() {
    if (!start_first()) return std::move(*result_);
    auto started = start_traced("second");
    if (!started) return std::move(*result_);
    if (!started->run_to([this](const auto& t) { return is_about_to_lock(t, path_); }, kMostToLock,
                         interrupted_))
      return give_up(*started);
    const Stop stop = stop_daemon(*first_, plan_of(scenario_.window), interrupted_);
    if (stage_.is_interrupted()) return stage_.trouble();
    if (!stop.main_in_window)
      return inconclusive("it did not end inside the window: see shutdown.idle");
    if (look_at_pid_file(path_))
      return not_applicable(
          "it leaves its PID file where it is: who never removes it has no such "
          "race");
    scene_ = fmt::format(
        "an instance has opened {0} and stands before its lock; pid {1} ends and "
        "removes it; the instance goes on",
        path_.filename().native(), first_pid_);
    started->let_go();
    if (settle_it(started->daemon()) == Settled::kGone) {
      return passed(
          fmt::format("an instance that locks {} after that was removed gives way; would "
                      "have caught one that stays beside the next",
                      path_.filename().native()));
    }
    return start_third(started->daemon());
  }

 private:
  bool start_first() {
    first_ = stage_.start();
    if (!first_) {
      result_ = stage_.trouble();
      return false;
    }
    path_ = first_->scenario().pid_file;
    usual_start_ = first_->ready_after();
    first_pid_ = first_->main().pid();
    if (const auto refusal = trace::why_not(first_pid_)) {
      result_ = not_applicable(refusal->reason);
    } else if (!look_at_pid_file(path_)) {
      result_ = not_applicable("it makes no PID file");
    }
    return !result_;
  }

  std::optional<Traced> start_traced(const std::string& name) {
    auto started = Traced::start(stage_, name);
    if (auto* none = std::get_if<CheckResult>(&started)) {
      result_ = std::move(*none);
      return std::nullopt;
    }
    return std::move(std::get<Traced>(started));
  }

  bool stop_at_unlink(Traced& first) {
    // Back in its wait it hears the signal as ever; one that comes right before may be lost.
    first.run_to([](const trace::Thread&) { return false; }, kAtItsRest, interrupted_);
    first.daemon().main().signal(SIGTERM);
    const bool is_there =
        first.run_to([this](const auto& t) { return is_about_to_remove(t, path_); },
                     scenario_.window.length, interrupted_);
    if (is_there) return true;
    if (stage_.is_interrupted()) {
      result_ = stage_.trouble();
    } else if (first.has_ended()) {
      result_ = not_applicable("it does not remove its PID file: who never does has no such race");
    } else {
      result_ = inconclusive("watched, it did not come to its end inside the window");
    }
    return false;
  }

  CheckResult give_up(Traced& second) {
    if (stage_.is_interrupted()) return stage_.trouble();
    if (second.has_ended() || settle_it(second.daemon()) != Settled::kUndecided)
      return not_applicable(std::string(kNoLock));
    return inconclusive("a new instance, watched, came to no end of its start");
  }

  Settled settle_it(launch::Daemon& daemon) {
    return settle(daemon, path_, usual_start_, interrupted_);
  }

  /// The file is gone, and who makes it anew does not meet the lock of the second.
  CheckResult start_third(launch::Daemon& second) {
    auto started = start_beside(stage_);
    if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
    auto& third = std::get<launch::Daemon>(started);
    const pid_t second_pid = pid_of(second, path_);
    const Settled end = settle_it(third);
    if (stage_.is_interrupted()) return stage_.trouble();
    const bool second_stays = second.has_processes();
    if (end == Settled::kUndecided) return inconclusive("a third start came to no end");
    if (end != Settled::kStays || !second_stays) {
      if (end == Settled::kGone && !second_stays)
        return inconclusive("of two instances that started during a stop none stays");
      return passed(
          fmt::format("{}; another starts, and one stays; would have caught two", scene_));
    }
    const pid_t third_pid = pid_of(third, path_);
    std::vector<std::string> evidence{fmt::format("{}; pid {} starts", scene_, third_pid)};
    for (std::string& line : describe_scene({&second, &third}, path_))
      evidence.push_back(std::move(line));
    return failed(
        fmt::format("two instances run, pid {} with {} and pid {} with {}", second_pid,
                    describe_claims(second, path_), third_pid, describe_claims(third, path_)),
        evidence);
  }

  const Scenario& scenario_;
  const Interrupted& interrupted_;
  Stage stage_;
  fs::path path_;
  std::optional<launch::Daemon> first_;
  Duration usual_start_{};
  pid_t first_pid_ = 0;
  std::string scene_;
  std::optional<CheckResult> result_;
};

}  // namespace

CheckResult lock_unlink_race_stop(const Scenario& scenario, const Interrupted& interrupted) {
  return Race(scenario, interrupted).run_around_unlink();
}

CheckResult lock_unlink_race_start(const Scenario& scenario, const Interrupted& interrupted) {
  return Race(scenario, interrupted).run_before_lock();
}

}  // namespace watertight::rehearsals
