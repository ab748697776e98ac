// SPDX-License-Identifier: Apache-2.0
#include "launch/gate.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"
#include "stress/quiescence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kTime = 5s;
constexpr auto kQuickTime = 800ms;
constexpr int kMostCycles = 400;
constexpr auto kMostAtTheGate = 200ms;
constexpr auto kMostToSettle = 5s;
/// A loser may try again for a while: two that stay have to stay this long.
constexpr auto kSettled = 1500ms;
/// Both hold a lock: nobody gives way any more.
constexpr auto kBothLocked = 50ms;
constexpr auto kGap = 1ms;

/// On a busy machine a cycle takes longer, and hits less often what it aims at.
constexpr int kLeastCycles = 24;

/// A part of the time between SIGTERM and exit, from just before it to just after: evenly spread
/// however many cycles there are.
double part_of(int cycle) {
  constexpr double kGoldenRatio = 0.6180339887;
  return 1.2 * std::fmod(0.5 + cycle * kGoldenRatio, 1.0) - 0.1;
}

/// One instance is told to end; a second starts while it does, a third when it has ended.
class Handover {
 public:
  enum class End { kOneStays, kNoneStays, kTwoStay, kDidNotEnd, kTrouble };

  Handover(Stage& stage, const Scenario& scenario)
      : stage_(stage), window_(scenario.window.length) {}

  bool start() {
    auto daemon = stage_.start();
    if (!daemon) {
      trouble_ = stage_.trouble();
      return false;
    }
    usual_start_ = daemon->ready_after();
    path_ = daemon->scenario().pid_file;
    old_ = std::move(daemon);
    return true;
  }

  End run(int cycle) {
    launch::Gate early(gate_path(cycle, "early")), late(gate_path(cycle, "late"));
    newcomers_.clear();
    for (const launch::Gate* gate : {&early, &late}) {
      auto started = start_beside(stage_, gate);
      if (auto* none = std::get_if<CheckResult>(&started)) {
        trouble_ = std::move(*none);
        return End::kTrouble;
      }
      newcomers_.push_back(std::move(std::get<launch::Daemon>(started)));
    }
    stress::wait_until_quiet([this] { return all_processes(); }, kMostAtTheGate);
    // Every other start searches for the moment at which the lock is given away: later after one
    // that was refused, earlier after one that stayed. The rest is spread over the whole time.
    const bool searches = cycle % 2 == 1;
    if (!stop_old(early, late, searches ? search_lead_ : lead_of(part_of(cycle / 2))))
      return End::kDidNotEnd;
    early.open();
    late.open();
    const int wins = early_wins_;
    const End end = settle();
    if (searches) search_lead_ += early_wins_ > wins ? step() : -step();
    return end;
  }

  const CheckResult& trouble() const { return trouble_; }

  /// Of the starts that came first: how many came late enough to stay.
  int early_wins() const { return early_wins_; }

  std::vector<std::string> describe() const {
    std::vector<std::string> lines{fmt::format(
        "SIGTERM to pid {}; a start arrives {} later, another when it has ended, {} after SIGTERM",
        old_pid_, text_of(early_after_), text_of(until_exit_))};
    for (std::string& line : describe_scene({&newcomers_[0], &newcomers_[1]}, path_))
      lines.push_back(std::move(line));
    return lines;
  }

  std::string describe_newcomers() const {
    std::string text;
    for (const launch::Daemon& one : newcomers_) {
      const auto claims = claims_among(live_processes(one), path_);
      const auto main = find_main(one, path_);
      text += fmt::format("{}pid {} {}", text.empty() ? "" : ", ", main ? main->pid() : 0,
                          claims.empty() ? "without a lock" : "with " + claims[0].describe());
    }
    return text;
  }

 private:
  fs::path gate_path(int cycle, const char* name) {
    return stage_.site()->folder().root() / fmt::format("gate.{}.{}", cycle, name);
  }

  std::vector<pid_t> all_processes() const {
    std::vector<pid_t> pids = old_->processes();
    for (const launch::Daemon& one : newcomers_)
      for (const pid_t pid : one.processes()) pids.push_back(pid);
    return pids;
  }

  /// How long before SIGTERM a gate opens for a start that reaches the lock when this part of the
  /// time between SIGTERM and exit is over; negative where it opens later.
  Duration lead_of(double part) const {
    return start_takes_ - std::chrono::duration_cast<Duration>(until_exit_ * part);
  }

  Duration step() const { return until_exit_ / 10 + 50us; }

  bool stop_old(launch::Gate& early, launch::Gate& late, Duration lead) {
    const auto main = find_main(*old_, path_);
    if (!main) return true;  // It has ended by itself, and the newcomers come when the gates go.
    old_pid_ = main->pid();
    const auto open = [&] {
      early.open();
      early_at_ = posix::Clock::now();
    };
    if (lead > 0s) {
      open();
      posix::pause_for(lead);
    }
    const auto begin = posix::Clock::now();
    main->signal(SIGTERM);
    if (lead <= 0s) {
      posix::pause_for(-lead);
      open();
    }
    const bool has_ended = main->wait_until_ended(posix::Deadline(window_));
    const Duration until_exit = posix::Clock::now() - begin;
    until_exit_ = (3 * until_exit_ + until_exit) / 4;
    early_after_ = early_at_ + start_takes_ - begin;
    late.open();
    late_at_ = posix::Clock::now();
    return has_ended;
  }

  struct Look {
    bool is_alive = false;
    bool has_lock = false;
    bool is_named = false;
    bool operator==(const Look&) const = default;
  };

  Look look_at(const launch::Daemon& one) const {
    const std::vector<pid_t> live = live_processes(one);
    const auto file = look_at_pid_file(path_);
    const auto named = file ? parse_pid_text(file->bytes).pid : std::nullopt;
    // Exact, where a look at its processes may miss one whose parent is just dying.
    return {.is_alive = one.has_processes(),
            .has_lock = !claims_among(live, path_).empty(),
            .is_named = named && std::ranges::find(live, *named) != live.end()};
  }

  End settle() {
    const posix::Deadline deadline(kMostToSettle + 4 * usual_start_);
    std::vector<Look> last;
    auto unchanged_since = posix::Clock::now();
    for (;;) {
      const std::vector<Look> now{look_at(newcomers_[0]), look_at(newcomers_[1])};
      if (now != last) unchanged_since = posix::Clock::now();
      last = now;
      const auto unchanged = posix::Clock::now() - unchanged_since;
      const bool is_over = unchanged >= kSettled + 2 * usual_start_ || deadline.has_passed();
      const auto stay = std::ranges::count(now, true, &Look::is_alive);
      if (stay == 0) return start() ? End::kNoneStays : End::kTrouble;
      if (stay == 2 && std::ranges::all_of(now, &Look::has_lock) && unchanged >= kBothLocked)
        return End::kTwoStay;
      if (stay == 2 && is_over) return End::kTwoStay;
      const auto& one = now[0].is_alive ? now[0] : now[1];
      if (stay == 1 && (one.has_lock || one.is_named || is_over)) return take_over(now[0].is_alive);
      if (stage_.is_interrupted()) {
        trouble_ = stage_.trouble();
        return End::kTrouble;
      }
      posix::pause_for(kGap);
    }
  }

  End take_over(bool is_early) {
    early_wins_ += is_early;
    if (!is_early) start_takes_ = (3 * start_takes_ + (posix::Clock::now() - late_at_)) / 4;
    old_ = std::move(newcomers_[is_early ? 0 : 1]);
    return End::kOneStays;
  }

  Stage& stage_;
  Duration window_;
  fs::path path_;
  std::optional<launch::Daemon> old_;
  std::vector<launch::Daemon> newcomers_;
  Duration until_exit_ = 1ms, start_takes_ = 3ms;  ///< Of the last cycles, on average.
  Duration search_lead_ = 2ms;
  Duration early_after_{}, usual_start_{};
  posix::Clock::time_point early_at_, late_at_;
  pid_t old_pid_ = 0;
  int early_wins_ = 0;
  CheckResult trouble_;
};

}  // namespace

CheckResult lock_handover(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  Handover handover(stage, scenario);
  if (!handover.start()) return handover.trouble();
  const posix::Deadline deadline(depth(scenario, Duration(kQuickTime), Duration(kTime)));
  const int most = depth(scenario, kMostCycles, kMostCycles);
  int cycles = 0;
  for (; cycles < kLeastCycles || (cycles < most && !deadline.has_passed()); ++cycles) {
    switch (handover.run(cycles)) {
      case Handover::End::kOneStays:
      case Handover::End::kNoneStays:
        break;
      case Handover::End::kTwoStay:
        return failed(fmt::format("two instances after stop {}: {}", cycles + 1,
                                  handover.describe_newcomers()),
                      handover.describe());
      case Handover::End::kDidNotEnd:
        return inconclusive("it did not end inside the window: see shutdown.idle");
      case Handover::End::kTrouble:
        return handover.trouble();
    }
  }
  return passed(
      fmt::format("{} stops, each with a start around its end ({} of them stayed) and "
                  "another after it: never two instances; would have caught two that "
                  "stay",
                  cycles, handover.early_wins()));
}

}  // namespace watertight::rehearsals
