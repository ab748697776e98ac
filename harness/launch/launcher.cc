// SPDX-License-Identifier: Apache-2.0
#include "launch/daemon_state.h"
#include "launch/preload.h"
#include "launch/program.h"
#include "launch/readiness.h"
#include "launch/site.h"
#include "launch/time_warp.h"
#include "launch/tree_sockets.h"
#include "proc/process.h"
#include "proc/tree.h"
#include "scenario/placeholders.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace watertight::launch {
namespace {

/// Many daemons write their PID file a little after they are ready.
constexpr auto kPidFileTime = std::chrono::milliseconds(100);
constexpr auto kTimeBetweenForks = std::chrono::milliseconds(30);
constexpr auto kSettlingTime = std::chrono::seconds(1);
constexpr std::size_t kTailLines = 20;

bool is_alive(pid_t pid) {
  const auto stat = proc::read_stat(pid);
  return stat && !stat->is_dead();
}

}  // namespace

/// From a site to a Daemon, step by step; each step gives the failure that ends the launch, or
/// nothing.
class Launcher {
 public:
  using Failure = std::optional<LaunchFailure>;

  Launcher(std::shared_ptr<SiteState> site, const Site::Start& how,
           const std::function<int()>& interrupted)
      : how_(how),
        interrupted_(interrupted),
        state_(std::make_unique<Daemon::State>(std::move(site))) {}

  std::variant<Daemon, LaunchFailure> run() {
    const auto steps = {&Launcher::take_ports, &Launcher::check_ports, &Launcher::execute,
                        &Launcher::wait};
    for (const auto step : steps) {
      if (Failure failure = (this->*step)()) {
        failure->log_tail = state_->log_tail(kTailLines);
        return *failure;
      }
    }
    return Daemon(std::move(state_));
  }

 private:
  const Scenario& scenario() const { return state_->scenario; }

  Failure take_ports() {
    if (!how_.has_own_ports) return {};
    SiteState& site = *state_->site;
    state_->own_ports = Ports::choose(scenario::ports_needed(site.wanted));
    state_->scenario = site.scenario_for(*state_->own_ports);
    site.write(state_->scenario.files);
    return {};
  }

  Failure check_ports() {
    if (how_.meets_taken_ports) return {};
    const auto holder = find_port_holder(local_endpoints(scenario()));
    if (!holder) return {};
    return LaunchFailure{LaunchFailure::Kind::kPortTaken, *holder, {}};
  }

  Failure execute() {
    before_.listeners = proc::listeners();
    before_.output = state_->output;
    Command command = state_->site->shell_command();
    command.output = state_->output;
    command.arguments = scenario().command;
    command.environment = state_->site->environment_of(scenario());
    if (scenario().warp) warp_time(command.environment, *scenario().warp, find_time_warp());
    if (!how_.agent_area.empty())
      preload_agent(command.environment, companion(kAgentLibrary), how_.agent_area);
    command.working_directory = scenario().working_directory;
    command.descriptor_limit = scenario().descriptor_limit;
    if (how_.gate) {
      const auto program = find_program(command.arguments[0], command.environment);
      if (const auto* none = std::get_if<NoProgram>(&program)) {
        return LaunchFailure{LaunchFailure::Kind::kCannotExecute, none->message, {}};
      }
      command.arguments =
          how_.gate->hold(std::get<std::filesystem::path>(program), command.arguments);
    }
    command.arguments.insert(command.arguments.begin(), how_.through.begin(), how_.through.end());
    if (scenario().ready.kind == Ready::Kind::kNotify) {
      notify_ = NotifySocket::open_at(state_->output.native() + ".notify");
      before_.notify = &*notify_;
      command.environment.insert_or_assign("NOTIFY_SOCKET", notify_->address());
    }
    sign_ = make_ready_sign(scenario(), before_);

    launched_at_ = posix::Clock::now();
    auto spawned = state_->guard.spawn(command);
    if (const auto* failure = std::get_if<SpawnFailure>(&spawned)) {
      return LaunchFailure{LaunchFailure::Kind::kCannotExecute, failure->message, {}};
    }
    launched_ = std::get<posix::ProcessHandle>(std::move(spawned));
    state_->launched = launched_->pid();
    return {};
  }

  Failure wait() {
    if (!how_.waits_until_ready) {
      state_->ready_at = launched_at_;
      state_->main = std::move(launched_);
      return {};
    }
    const Starting starting{state_->guard, *launched_, launched_at_, scenario().ready.timeout,
                            interrupted_};
    if (Failure failure = wait_until_ready(starting, *sign_)) {
      if (failure->kind == LaunchFailure::Kind::kNotReady && how_.before_giving_up)
        how_.before_giving_up(state_->guard.processes());
      return failure;
    }
    state_->ready_at = posix::Clock::now();
    state_->ready_after = state_->ready_at - launched_at_;
    state_->main = find_main();
    if (!state_->main) {
      return LaunchFailure{
          LaunchFailure::Kind::kDied, "the daemon ended as soon as it was ready", {}};
    }
    state_->guard.note_shared_memory();
    return {};
  }

  std::optional<posix::ProcessHandle> find_main() {
    if (auto named = find_in_pid_file()) return named;
    if (notify_) {
      if (const auto pid = notify_->read().main_pid; pid && is_ours(*pid)) {
        return posix::ProcessHandle::open(*pid);
      }
    }
    if (!launched_->has_ended()) return std::move(launched_);
    return find_survivor();
  }

  std::optional<posix::ProcessHandle> find_in_pid_file() {
    std::string path = scenario().pid_file;
    if (path.empty() && scenario().ready.kind == Ready::Kind::kPidFile)
      path = scenario().ready.target;
    if (path.empty()) return std::nullopt;
    const posix::Deadline usual(kPidFileTime), latest(kSettlingTime);
    for (;;) {
      if (const auto pid = read_pid_file(path); pid && is_ours(*pid)) {
        return posix::ProcessHandle::open(*pid);
      }
      if (usual.has_passed() && (latest.has_passed() || !is_running())) return std::nullopt;
      posix::pause_for(std::chrono::milliseconds(2));
    }
  }

  /// On a busy machine it may be on its way still: between its fork and its end, or to the file.
  bool is_running() const {
    return std::ranges::any_of(state_->guard.processes(), [](pid_t pid) {
      const auto stat = proc::read_stat(pid);
      return stat && (stat->state == 'R' || stat->state == 'D');
    });
  }

  bool is_ours(pid_t pid) {
    const std::vector<pid_t> processes = state_->guard.processes();
    return std::ranges::find(processes, pid) != processes.end() && is_alive(pid);
  }

  /// The oldest that stays: the process between two forks of a daemon may live a moment longer than
  /// the launcher.
  std::optional<posix::ProcessHandle> find_survivor() const {
    const posix::Deadline deadline(kSettlingTime);
    std::optional<posix::ProcessHandle> oldest;
    do {
      oldest = find_oldest();
    } while ((!oldest || oldest->wait_until_ended(posix::Deadline(kTimeBetweenForks))) &&
             state_->guard.has_processes() && !deadline.has_passed());
    return oldest;
  }

  std::optional<posix::ProcessHandle> find_oldest() const {
    std::optional<proc::Stat> oldest;
    for (const pid_t pid : state_->guard.processes()) {
      const auto stat = proc::read_stat(pid);
      if (!stat || stat->is_dead()) continue;
      // Of two that started in one tick, the parent comes first.
      if (!oldest || stat->id().start_time < oldest->start_time ||
          (stat->start_time == oldest->start_time && oldest->parent == stat->pid)) {
        oldest = stat;
      }
    }
    return oldest ? proc::open_process(oldest->id()) : std::nullopt;
  }

  const Site::Start& how_;
  const std::function<int()>& interrupted_;
  std::unique_ptr<Daemon::State> state_;
  BeforeLaunch before_;
  std::optional<NotifySocket> notify_;
  std::unique_ptr<ReadySign> sign_;
  std::optional<posix::ProcessHandle> launched_;
  posix::Clock::time_point launched_at_;
};

std::variant<Daemon, LaunchFailure> Site::start(const Start& how) {
  return Launcher(state_, how, interrupted_).run();
}

std::variant<Daemon, LaunchFailure> launch(const Scenario& scenario,
                                           const std::function<int()>& interrupted) {
  auto site = Site::prepare(scenario, interrupted);
  if (auto* failure = std::get_if<LaunchFailure>(&site)) return std::move(*failure);
  return std::get<Site>(site).start();
}

}  // namespace watertight::launch
