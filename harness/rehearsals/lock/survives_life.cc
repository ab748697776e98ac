// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/signals/dispositions.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr std::uint64_t kOperations = 200, kQuickOperations = 50;
constexpr auto kMostForWork = 3s;
constexpr int kReloads = 3;
constexpr auto kMostForQuiet = 500ms;
constexpr auto kLeastForSignal = 50ms;
/// A loop that looks at its own PID file now and then does so within this time.
constexpr Duration kRest = 1500ms, kQuickRest = 300ms;
/// What a reload gives up and takes again.
constexpr auto kMostToTakeAgain = 2s;

/// The lock that makes the instance the only one: that on its PID file, else any other.
std::optional<Holder> find_lock(const launch::Daemon& daemon) {
  const std::vector<pid_t> live = live_processes(daemon);
  const fs::path path = daemon.scenario().pid_file;
  const auto file = look_at_pid_file(path);
  std::optional<Holder> other;
  for (const Holder& holder : holders_among(live)) {
    if (file && holder.lock.device == file->device && holder.lock.inode == file->inode)
      return holder;
    if (holder.lock.links > 0) other = holder;
  }
  return other;
}

/// The life of an instance, phase by phase, with a look at its lock after each.
class Life {
 public:
  Life(const Scenario& scenario, const Interrupted& interrupted, launch::Daemon& daemon)
      : scenario_(scenario), interrupted_(interrupted), daemon_(daemon) {}

  /// Every phase that this daemon has; false where the lock was lost, or the daemon has ended.
  bool live() { return rest() && work() && reload() && rest(); }

  const std::vector<std::string>& phases() const { return phases_; }

 private:
  bool is_interrupted() const { return interrupted_ && interrupted_() != 0; }

  bool rest() {
    const Duration rest = depth(scenario_, kQuickRest, kRest);
    phases_.push_back(fmt::format("a rest of {}", text_of(rest)));
    daemon_.main().wait_until_ended(posix::Deadline(rest));
    return has_lock();
  }

  bool work() {
    if (answered(scenario_.stress).empty()) return true;
    stress::Workload work(daemon_, answered(daemon_.scenario().stress));
    const posix::Deadline deadline(kMostForWork);
    const stress::Tally tally =
        work.next_round(depth(scenario_, kQuickOperations, kOperations), std::nullopt,
                        [&] { return is_interrupted() || deadline.has_passed(); });
    phases_.push_back(count_of(tally.attempted, "operation", "operations"));
    return has_lock();
  }

  bool reload() {
    if (!handles(daemon_.main().pid(), SIGHUP)) return true;
    phases_.emplace_back();
    for (int reload = 1; reload <= kReloads && daemon_.is_alive(); ++reload) {
      phases_.back() = fmt::format("{} times SIGHUP", reload);
      daemon_.main().signal(SIGHUP);
      daemon_.main().wait_until_ended(posix::Deadline(kLeastForSignal));
      if (!has_lock()) return false;
    }
    return daemon_.is_alive();
  }

  bool has_lock() const {
    wait_until_quiet(daemon_, kMostForQuiet);
    const posix::Deadline deadline(kMostToTakeAgain);
    while (daemon_.is_alive() && !find_lock(daemon_)) {
      if (deadline.has_passed() || is_interrupted()) return false;
      posix::pause_for(10ms);
    }
    return daemon_.is_alive();
  }

  const Scenario& scenario_;
  const Interrupted& interrupted_;
  launch::Daemon& daemon_;
  std::vector<std::string> phases_;
};

}  // namespace

CheckResult lock_survives_life(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto lock = find_lock(*daemon);
  if (!lock) return not_applicable("it holds no lock that it could lose: see lock.held");
  Life life(scenario, interrupted, *daemon);
  const bool has_it = life.live();
  if (stage.is_interrupted()) return stage.trouble();
  const std::string lived = fmt::format("{}", fmt::join(life.phases(), ", "));
  if (!daemon->is_alive())
    return inconclusive(
        fmt::format("it ended after {}: see reload.survives, daemon.responsive", lived));
  if (has_it) {
    return passed(
        fmt::format("pid {} still holds {} after {}; would have caught a lock that is "
                    "given up on the way",
                    lock->pid, lock->describe(), lived));
  }
  std::vector<std::string> evidence = describe_scene({&*daemon}, daemon->scenario().pid_file);
  evidence.insert(evidence.begin(),
                  fmt::format("at first pid {} held {}", lock->pid, lock->describe()));
  return failed(fmt::format("the lock on {} is gone after {}: a second instance can start",
                            fs::path(lock->lock.target).filename().native(), lived),
                std::move(evidence));
}

}  // namespace watertight::rehearsals
