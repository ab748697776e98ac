// SPDX-License-Identifier: Apache-2.0
#include "launch/gate.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"
#include "stress/quiescence.h"

#include <fmt/format.h>

#include <set>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr std::size_t kRacers = 8, kQuickRacers = 4;
constexpr auto kMostAtTheGate = 500ms;
/// A loser may try again for a while, so more than one that stays has to stay this long.
constexpr auto kMostToSettle = 5s;
constexpr auto kSettled = 1500ms;
/// The last one that is left may be a loser too, on its way out.
constexpr Duration kLastSettled = 100ms;
constexpr auto kGap = 5ms;

class Race {
 public:
  Race(Stage& stage, std::size_t count) : stage_(stage), count_(count) {}

  /// False where an instance could not even be executed.
  bool run() {
    launch::Site* const site = stage_.site();
    if (!site) return false;
    launch::Gate gate(site->folder().root() / "gate");
    for (std::size_t i = 0; i < count_; ++i) {
      auto racer = stage_.start({.has_own_ports = true, .waits_until_ready = false, .gate = &gate});
      if (!racer) return false;
      racers_.push_back(std::move(*racer));
    }
    stress::wait_until_quiet([this] { return all_processes(); }, kMostAtTheGate);
    gate.open();
    settle(kMostToSettle, kSettled);
    return true;
  }

  /// For those who need longer to find out, all at once.
  void give_time_of(Duration usual_start) {
    const Duration time = usual_start * count_;
    settle(time, time);
  }

  /// Instances of which a process is alive.
  std::vector<const launch::Daemon*> alive() const {
    std::vector<const launch::Daemon*> alive;
    for (const launch::Daemon& racer : racers_)
      if (racer.has_processes()) alive.push_back(&racer);
    return alive;
  }

  std::vector<const launch::Daemon*> all() const {
    std::vector<const launch::Daemon*> all;
    for (const launch::Daemon& racer : racers_) all.push_back(&racer);
    return all;
  }

 private:
  std::vector<pid_t> all_processes() const {
    std::vector<pid_t> pids;
    for (const launch::Daemon& racer : racers_)
      for (const pid_t pid : racer.processes()) pids.push_back(pid);
    return pids;
  }

  /// Until the number of those alive does not change any more.
  void settle(Duration most, Duration settled) {
    const posix::Deadline deadline(most);
    std::size_t last = count_;
    auto unchanged_since = posix::Clock::now();
    while (!deadline.has_passed() && !stage_.is_interrupted()) {
      const std::size_t now = alive().size();
      if (now != last) unchanged_since = posix::Clock::now();
      last = now;
      const auto unchanged = posix::Clock::now() - unchanged_since;
      if (now == 0 || unchanged >= (now == 1 ? kLastSettled : settled)) break;
      posix::pause_for(kGap);
    }
  }

  Stage& stage_;
  std::size_t count_;
  std::vector<launch::Daemon> racers_;
};

}  // namespace

CheckResult lock_racers(const Scenario& scenario, const Interrupted& interrupted) {
  const std::size_t count = depth(scenario, kQuickRacers, kRacers);
  Stage stage(scenario, interrupted);
  Race race(stage, count);
  if (!race.run() || stage.is_interrupted()) return stage.trouble();

  const fs::path path = stage.site()->scenario().pid_file;
  std::vector<const launch::Daemon*> alive = race.alive();
  if (alive.size() != 1) {
    // Does it start at all, and how long does that take?
    Stage alone(scenario, interrupted);
    const auto one = alone.start();
    if (!one) return alone.trouble();
    race.give_time_of(one->ready_after());
    alive = race.alive();
  }
  if (alive.empty()) {
    return failed(fmt::format("{} starts at once, none stays; alone it starts", count),
                  describe_scene(race.all(), path));
  }

  std::set<pid_t> holders;
  for (const launch::Daemon* instance : alive)
    for (const Holder& claim : claims_among(live_processes(*instance), path))
      holders.insert(claim.pid);
  if (alive.size() > 1) {
    return failed(fmt::format("{} starts at once, {} stay; {} of their processes hold a lock on {}",
                              count, alive.size(), holders.size(), path.filename().native()),
                  describe_scene(alive, path));
  }
  const auto main = find_main(*alive.front(), path);
  return passed(fmt::format("{} starts at once, 1 stays (pid {}{}); would have caught a second",
                            count, main ? main->pid() : 0,
                            holders.empty() ? "" : ", which holds the lock"));
}

}  // namespace watertight::rehearsals
