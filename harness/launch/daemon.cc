// SPDX-License-Identifier: Apache-2.0
#include "launch/daemon_state.h"
#include "posix/file.h"
#include "proc/process.h"

#include <fmt/format.h>

namespace watertight::launch {

Daemon::State::State(std::shared_ptr<SiteState> where)
    : site(std::move(where)),
      guard(Guard::start(site->folder.root())),
      output(site->next_output()),
      scenario(site->scenario) {}

Daemon::State::~State() {
  try {
    guard.end_all();
  } catch (const std::exception&) {
    // A guard that is gone has been dealt with when that was noticed.
  }
}

std::vector<std::string> Daemon::State::log_tail(std::size_t lines) const {
  return tail_of(output, lines);
}

Daemon::Daemon(std::unique_ptr<State> state) : state_(std::move(state)) {}
Daemon::Daemon(Daemon&&) noexcept = default;

Daemon& Daemon::operator=(Daemon&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Daemon::~Daemon() = default;

const posix::ProcessHandle& Daemon::main() const { return *state_->main; }

std::vector<pid_t> Daemon::processes() const { return state_->guard.processes(); }

bool Daemon::has_processes() const { return state_->guard.has_processes(); }

bool Daemon::is_alive() const { return !main().has_ended(); }

bool Daemon::is_in_background() const { return main().pid() != state_->launched; }

std::optional<posix::ExitStatus> Daemon::launcher_exit(const posix::Deadline& deadline) {
  return state_->guard.wait_for_exit(state_->launched, deadline);
}

std::optional<posix::ExitStatus> Daemon::exit_status() {
  if (is_alive()) return std::nullopt;
  // The guard reaps its own children, and those of a parent that dies within this time.
  return state_->guard.wait_for_exit(main().pid(), posix::Deadline(std::chrono::seconds(1)));
}

std::optional<posix::Clock::time_point> Daemon::reaped_at() {
  if (!exit_status()) return std::nullopt;
  return state_->guard.reaped_at(main().pid());
}

const Scenario& Daemon::scenario() const { return state_->scenario; }

Instance Daemon::instance() const {
  const Ports& ports = state_->own_ports ? *state_->own_ports : state_->site->ports;
  return {folder().state(), ports.numbers(), main().pid()};
}

const RunFolder& Daemon::folder() const { return state_->site->folder; }
pid_t Daemon::guard_pid() const { return state_->guard.pid(); }
std::string Daemon::containment() const { return std::string(state_->guard.containment()); }
Duration Daemon::ready_after() const { return state_->ready_after; }
posix::Clock::time_point Daemon::ready_at() const { return state_->ready_at; }
std::vector<std::string> Daemon::log_tail(std::size_t lines) const {
  return state_->log_tail(lines);
}
const std::filesystem::path& Daemon::output() const { return state_->output; }
Guard& Daemon::workbench() { return state_->site->workbench; }
void Daemon::note_shared_memory() { state_->guard.note_shared_memory(); }

std::vector<std::string> Daemon::kill_all() {
  std::vector<std::string> survivors;
  if (state_->guard.end_all()) return survivors;
  for (const pid_t pid : processes()) {
    const auto stat = proc::read_stat(pid);
    if (!stat) continue;
    survivors.push_back(
        fmt::format("{} ({}) in state {}", pid, proc::describe_process(pid), stat->state));
  }
  return survivors;
}

}  // namespace watertight::launch
