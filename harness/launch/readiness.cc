// SPDX-License-Identifier: Apache-2.0
#include "launch/readiness.h"

#include "launch/tree_sockets.h"
#include "proc/process.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::launch {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostDescribed = 5;

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

/// Short at first, when most daemons get ready, and easy on the daemon later.
posix::Clock::duration time_between_looks(Duration since_launch) {
  if (since_launch < milliseconds(100)) return milliseconds(1);
  if (since_launch < milliseconds(1000)) return milliseconds(2);
  return milliseconds(10);
}

/// A sentence on what there is instead of a ready daemon.
std::string describe_processes(Guard& guard) {
  std::vector<std::string> parts;
  const std::vector<pid_t> processes = guard.processes();
  for (const pid_t pid : processes) {
    const auto stat = proc::read_stat(pid);
    if (!stat || parts.size() == kMostDescribed) continue;
    parts.push_back(
        fmt::format("process {} ({}) in state {}", pid, proc::describe_process(pid), stat->state));
  }
  if (parts.empty()) return "no process is left";
  if (processes.size() > parts.size()) {
    parts.push_back(fmt::format("{} more", processes.size() - parts.size()));
  }
  std::vector<std::string> listens;
  for (const proc::SocketFact& socket : listeners_of(processes))
    listens.push_back(describe(socket));
  return fmt::format("there is {}, listening on {}", fmt::join(parts, ", "),
                     listens.empty() ? "nothing" : fmt::format("{}", fmt::join(listens, ", ")));
}

class Wait {
 public:
  Wait(const Starting& starting, ReadySign& sign) : starting_(starting), sign_(sign) {}

  std::optional<LaunchFailure> run() {
    for (;;) {
      processes_.reset();
      const Glance glance = look();
      if (const auto failure = find_death(glance)) return failure;
      if (sign_.is_shown(glance)) return std::nullopt;
      if (const int signal = starting_.interrupted ? starting_.interrupted() : 0; signal != 0) {
        return LaunchFailure{
            LaunchFailure::Kind::kInterrupted,
            fmt::format("interrupted by signal {} while waiting for {}", signal, sign_.describe()),
            {}};
      }
      if (glance.since_launch >= starting_.timeout) return time_is_up();
      posix::pause_for(time_between_looks(glance.since_launch));
    }
  }

 private:
  Glance look() {
    Glance glance;
    glance.processes = [this]() -> const std::vector<pid_t>& {
      if (!processes_) processes_ = starting_.guard.processes();
      return *processes_;
    };
    if (starting_.launched.has_ended()) {
      glance.launcher_exit = starting_.guard.wait_for_exit(
          starting_.launched.pid(), posix::Deadline(std::chrono::seconds(2)));
    }
    glance.since_launch = posix::Clock::now() - starting_.launched_at;
    return glance;
  }

  /// A launcher that exits with 0 and leaves processes behind is a forking daemon, not a death.
  std::optional<LaunchFailure> find_death(const Glance& glance) const {
    if (!glance.launcher_exit) return std::nullopt;
    if (!glance.launcher_exit->is_success()) {
      return died(fmt::format("the daemon {} after {:.3f} s, before it was ready",
                              glance.launcher_exit->describe(), seconds(glance.since_launch)),
                  glance.launcher_exit->is_crash());
    }
    if (starting_.guard.has_processes()) return std::nullopt;
    return died(fmt::format(
        "the daemon exited with 0 after {:.3f} s, before it was ready, and left no process behind",
        seconds(glance.since_launch)));
  }

  LaunchFailure died(std::string message, bool is_crash = false) const {
    return {LaunchFailure::Kind::kDied,
            fmt::format("{} (waited for {})", message, sign_.describe()),
            {},
            is_crash};
  }

  LaunchFailure time_is_up() const {
    return {LaunchFailure::Kind::kNotReady,
            fmt::format("the daemon was not ready after {} s: waited for {}; {}. Name another sign "
                        "with --ready, or give it more time",
                        seconds(starting_.timeout), sign_.describe(),
                        describe_processes(starting_.guard)),
            {}};
  }

  const Starting& starting_;
  ReadySign& sign_;
  std::optional<std::vector<pid_t>> processes_;
};

}  // namespace

std::optional<LaunchFailure> wait_until_ready(const Starting& starting, ReadySign& sign) {
  return Wait(starting, sign).run();
}

}  // namespace watertight::launch
