// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/stop.h"

#include "posix/clock.h"
#include "proc/process.h"
#include "proc/schedstat.h"
#include "rehearsals/stage.h"
#include "scenario/stop_profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Long enough not to disturb, short enough to miss little of the CPU time used at the end.
constexpr auto kLongestGap = 5ms;

/// The daemon's processes while it ends.
class Ending {
 public:
  explicit Ending(const launch::Daemon& daemon) : daemon_(daemon) {
    for (const pid_t pid : daemon.processes()) {
      old_.insert(pid);
      before_[pid] = now_[pid] = posix::cpu_time_of(pid).value_or(Duration{});
      demand_before_.merge(proc::read_cpu_demand(pid));
    }
  }

  void look() {
    for (const pid_t pid : daemon_.processes())
      if (const auto cpu = posix::cpu_time_of(pid)) now_[pid] = *cpu;
    lost_ = std::max(lost_, longest_wait());
  }

  /// For how long others kept one of its threads from a CPU.
  Duration lost_to_others() const { return lost_; }

  Duration cpu() const {
    Duration sum{};
    for (const auto& [pid, used] : now_) {
      const auto before = before_.find(pid);
      sum += used - (before == before_.end() ? Duration{} : before->second);
    }
    return sum;
  }

  void note_survivors(Stop& stop) const {
    std::vector<pid_t> survivors;
    for (const pid_t pid : daemon_.processes()) {
      const auto stat = proc::read_stat(pid);
      if (!stat || stat->is_dead()) continue;
      survivors.push_back(pid);
      const bool is_new = !old_.contains(pid);
      stop.survivors.push_back(fmt::format("{} {}{}", pid, proc::describe_process(pid),
                                           is_new ? ", born after SIGTERM" : ""));
      const auto before = before_.find(pid);
      const auto used = posix::cpu_time_of(pid).value_or(Duration{}) -
                        (before == before_.end() ? Duration{} : before->second);
      for (std::string& line : describe_at_deadline(pid, used))
        stop.evidence.lines.push_back(std::move(line));
    }
    HangEvidence where = stacks_of(survivors);
    std::ranges::move(where.lines, std::back_inserter(stop.evidence.lines));
    stop.evidence.stacks = std::move(where.stacks);
  }

 private:
  /// Of one thread that is alive. It may have waited for its own kin: their time is taken off.
  Duration longest_wait() const {
    std::vector<proc::CpuDemand> threads;
    Duration all_ran{};
    for (const pid_t pid : daemon_.processes()) {
      for (auto [tid, demand] : proc::read_cpu_demand(pid)) {
        const auto before = demand_before_.find(tid);
        if (before != demand_before_.end()) {
          demand.ran -= before->second.ran;
          demand.waited -= before->second.waited;
        }
        all_ran += demand.ran;
        threads.push_back(demand);
      }
    }
    Duration longest{};
    for (const proc::CpuDemand& thread : threads)
      longest = std::max<Duration>(longest, thread.waited - (all_ran - thread.ran));
    return longest;
  }

  const launch::Daemon& daemon_;
  std::set<pid_t> old_;
  std::map<pid_t, Duration> before_, now_;
  std::map<pid_t, proc::CpuDemand> demand_before_;  ///< By thread.
  Duration lost_{};
};

bool is_pending(pid_t pid, int number) {
  const auto status = proc::read_status(pid);
  return status && (status->pending >> (number - 1) & 1) != 0;
}

/// When the main process, which has ended, did so at the latest. We may have been kept from
/// looking, on a machine that is busy; the guard's time is the closer one.
posix::Clock::time_point end_of_main(launch::Daemon& daemon) {
  const auto now = posix::Clock::now();
  return std::min(now, daemon.reaped_at().value_or(now));
}

}  // namespace

void tell_main(const launch::Daemon& daemon) { daemon.main().signal(SIGTERM); }

void tell_all(const launch::Daemon& daemon) {
  std::set<pid_t> told;
  std::size_t before = 0;
  do {
    before = told.size();
    for (const pid_t pid : daemon.processes()) {
      if (!told.insert(pid).second) continue;
      if (const auto process = posix::ProcessHandle::open(pid)) process->signal(SIGTERM);
    }
  } while (told.size() > before);
}

Stop stop_daemon(launch::Daemon& daemon, const StopPlan& plan, const Interrupted& interrupted) {
  Stop stop;
  daemon.note_shared_memory();  // What it maps now can be removed even if it dies without doing so.
  Ending ending(daemon);
  const auto begin = posix::Clock::now();
  posix::Deadline deadline(plan.window);
  Duration lost{};  // Of what others took from it: so much it was given back.
  plan.tell(daemon);
  for (auto gap = 1ms; !(interrupted && interrupted());) {
    bool is_over = deadline.has_passed();  // What ended in time may be seen late: look again.
    if (!plan.counts_competition && is_over && ending.lost_to_others() > lost) {
      deadline = posix::Deadline(ending.lost_to_others() - lost);
      lost = ending.lost_to_others();
      is_over = false;
    }
    const bool is_gone = !daemon.has_processes();  // Asked first: then the main one has ended too.
    if (!stop.main_in_window && daemon.main().has_ended()) {
      stop.until_exit = end_of_main(daemon) - begin;
      if (!plan.counts_competition) lost = ending.lost_to_others();
      stop.main_in_window = stop.until_exit <= plan.window + lost;
      if (!plan.waits_for_all && deadline.left() > kGrace) deadline = posix::Deadline(kGrace);
    }
    if (is_gone) stop.all_in_window = stop.main_in_window;
    if (is_gone || is_over) break;
    ending.look();
    if (stop.main_in_window) {
      posix::pause_for(gap);
    } else {
      daemon.main().wait_until_ended(posix::Deadline(gap));
    }
    gap = std::min(2 * gap, kLongestGap);
  }
  stop.cpu = ending.cpu();
  if (stop.main_in_window) stop.status = daemon.exit_status();
  if (!stop.all_in_window) {
    if (!stop.main_in_window && stop.until_exit > Duration{})
      stop.evidence.lines.push_back(
          fmt::format("ended {} after SIGTERM", text_of(stop.until_exit)));
    if (lost > plan.window / 10)
      stop.evidence.lines.push_back(
          fmt::format("waited {} for a CPU that others had; its window was longer by that time",
                      text_of(lost)));
    ending.note_survivors(stop);
    stop.is_signal_pending = !stop.main_in_window && is_pending(daemon.main().pid(), SIGTERM);
    stop.all_in_window = stop.main_in_window && stop.survivors.empty();
    for (std::string& line : log_evidence(daemon)) stop.evidence.lines.push_back(std::move(line));
    stop.until_kill = posix::Clock::now() - begin;
    daemon.kill_all();
  }
  return stop;
}

StopPlan plan_of(const Window& window) {
  using Target = scenario::StopProfile::Target;
  const auto& profiles = scenario::stop_profiles();
  const auto profile = std::ranges::find(profiles, window.profile, &scenario::StopProfile::name);
  const bool goes_to_main = profile != profiles.end() && profile->target == Target::kMain;
  return {.window = window.length, .tell = goes_to_main ? tell_main : tell_all};
}

std::vector<Event> timeline_of(const Stop& stop) {
  const auto seconds = [](Duration time) { return std::chrono::duration<double>(time).count(); };
  std::vector<Event> events = {{0, "SIGTERM"}};
  if (stop.until_exit > Duration{})
    events.push_back({seconds(stop.until_exit),
                      "main process " + (stop.status ? stop.status->describe() : "ended")});
  if (stop.until_kill) events.push_back({seconds(*stop.until_kill), "SIGKILL to what is left"});
  return events;
}

std::string text_of(const Window& window) {
  const double seconds = std::chrono::duration<double>(window.length).count();
  const std::string length = fmt::format("{:g} s", seconds);
  return window.profile.empty() ? length : fmt::format("{} ({})", length, window.profile);
}

}  // namespace watertight::rehearsals
