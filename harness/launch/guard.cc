// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"

#include "launch/account.h"
#include "launch/guard/protocol.h"
#include "launch/program.h"
#include "posix/control_socket.h"
#include "posix/file.h"
#include "proc/process.h"
#include "proc/tree.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

namespace watertight::launch {
namespace {

using guard::Ask;
using guard::Reply;
using guard::Request;
using guard::Step;
using guard::Tell;

constexpr auto kGreetingTime = std::chrono::seconds(10);
constexpr auto kEndingTime = std::chrono::seconds(10);

std::string_view bytes_of(const Request& request) {
  return {reinterpret_cast<const char*>(&request), sizeof request};
}

void append_string(std::string& plan, std::string_view text) {
  plan += text;
  plan += '\0';
}

/// What the guard program reads: guard::Plan and what follows it.
std::string encode(const Command& command, const std::filesystem::path& program,
                   const std::optional<Account>& account) {
  guard::Plan head{};
  head.descriptor_limit = command.descriptor_limit.value_or(0);
  head.argument_count = static_cast<std::uint32_t>(command.arguments.size());
  head.variable_count = static_cast<std::uint32_t>(command.environment.size());
  if (account) {
    head.changes_user = 1;
    head.user = account->user;
    head.group = account->group;
    head.group_count = static_cast<std::uint32_t>(account->groups.size());
  }
  std::string plan(reinterpret_cast<const char*>(&head), sizeof head);
  if (account) {
    plan.append(reinterpret_cast<const char*>(account->groups.data()),
                account->groups.size() * sizeof(gid_t));
  }
  append_string(plan, program.native());
  append_string(plan, command.working_directory);
  for (const std::string& argument : command.arguments) append_string(plan, argument);
  for (const auto& [name, value] : command.environment) append_string(plan, name + "=" + value);
  return plan;
}

std::string explain(const Reply& reply, const Command& command,
                    const std::filesystem::path& program) {
  const std::string reason = std::strerror(reply.error);
  switch (reply.step) {
    case Step::kExecute:
      return explain_exec_error(program, reply.error);
    case Step::kFolder:
      return fmt::format("cannot run {} in the folder {}: {}", command.arguments[0],
                         command.working_directory, reason);
    case Step::kUser:
      return fmt::format("cannot run {} as user {}: {}", command.arguments[0], command.user,
                         reason);
    case Step::kLimit:
      return fmt::format(
          "cannot give {} a limit of {} descriptors: {}; the hard limit is lower, see ulimit -Hn",
          command.arguments[0], command.descriptor_limit.value_or(0), reason);
    default:
      return fmt::format("cannot start a process for {}: {}", command.arguments[0], reason);
  }
}

}  // namespace

/// Serves one thread at a time; every public function locks.
struct Guard::State {
  posix::ControlSocket socket;
  posix::ChildProcess process;
  posix::UniqueFd
      cgroup;  ///< Folder of the guard's cgroup, to be used where the guard itself is lost.
  bool is_held_by_cgroup = false;
  struct Exit {
    posix::ExitStatus status;
    posix::Clock::time_point reaped_at;
  };
  std::map<pid_t, Exit> exits;
  std::map<pid_t, std::uint64_t> known;  ///< Processes seen, with their start times.
  std::mutex mutex;

  State(posix::ControlSocket ours, posix::ChildProcess child)
      : socket(std::move(ours)), process(std::move(child)) {}

  void send(Ask ask, const std::vector<int>& descriptors = {}) {
    const Request request{ask};
    try {
      socket.send(bytes_of(request), descriptors);
    } catch (const HarnessError& error) {
      throw_lost(error);
    }
  }

  /// The next message; what it tells about exits is noted. Empty at the deadline.
  std::optional<std::pair<Reply, posix::UniqueFd>> receive(const posix::Deadline& deadline) {
    try {
      auto message = socket.receive(deadline);
      if (!message) return std::nullopt;
      Reply reply{};
      if (message->bytes.size() != sizeof reply) {
        throw HarnessError("recvmsg", "message of the guard, which is not of this version", EPROTO);
      }
      std::memcpy(&reply, message->bytes.data(), sizeof reply);
      if (reply.tell == Tell::kExits) note_exits(reply);
      posix::UniqueFd descriptor;
      if (!message->descriptors.empty()) descriptor = std::move(message->descriptors.front());
      return std::pair(reply, std::move(descriptor));
    } catch (const HarnessError& error) {
      throw_lost(error);
    }
  }

  void note_exits(const Reply& reply) {
    for (std::uint32_t i = 0; i < std::min(reply.exit_count, Reply::kMostExits); ++i) {
      const guard::Exit& exit = reply.exits[i];
      exits[exit.pid] = {{exit.was_signalled != 0, exit.code, exit.dumped_core != 0},
                         posix::Clock::time_point(std::chrono::nanoseconds(exit.reaped_at_ns))};
    }
  }

  std::pair<Reply, posix::UniqueFd> wait_for(Tell tell, posix::Clock::duration time) {
    const posix::Deadline deadline(time);
    while (auto received = receive(deadline)) {
      if (received->first.tell == tell) return std::move(*received);
    }
    throw HarnessError("wait for", describe() + ", which does not answer", ETIMEDOUT);
  }

  void read_what_is_there() {
    while (receive(posix::Deadline(posix::Clock::duration::zero()))) {
    }
  }

  std::string describe() const { return fmt::format("guard process {}", process.pid()); }

  [[noreturn]] void throw_lost(const HarnessError& error) {
    if (error.errno_value() != ECONNRESET && error.errno_value() != EPIPE) throw error;
    end_without_guard();
    const auto status = process.wait(posix::Deadline(std::chrono::seconds(1)));
    throw HarnessError("talk to",
                       fmt::format("{}, which is gone ({}); its processes were killed", describe(),
                                   status ? status->describe() : "not ended"),
                       error.errno_value());
  }

  /// The guard was killed: its direct children died with it, the rest is ours to end.
  void end_without_guard() {
    if (cgroup) {
      const std::filesystem::path folder = fmt::format("/proc/self/fd/{}", cgroup.get());
      try {
        posix::write_file(folder / "cgroup.kill", "1");
      } catch (const HarnessError&) {
        // The walk below is what is left.
      }
    }
    for (const auto& [pid, start_time] : known) {
      const auto handle = proc::open_process({pid, start_time});
      if (handle) handle->signal(SIGKILL);
    }
    remove_cgroup_of_lost_guard();
  }

  void remove_cgroup_of_lost_guard() {
    if (!cgroup) return;
    std::error_code error;
    const std::filesystem::path folder =
        std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", cgroup.get()), error);
    const posix::Deadline deadline(std::chrono::seconds(1));
    while (!error && !std::filesystem::remove(folder, error) && !deadline.has_passed()) {
      if (error.value() != EBUSY) break;
      error.clear();
      posix::pause_for(std::chrono::milliseconds(1));
    }
    cgroup.reset();
  }
};

Guard::Guard(std::unique_ptr<State> state) : state_(std::move(state)) {}
Guard::Guard(Guard&&) noexcept = default;

Guard& Guard::operator=(Guard&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Guard::~Guard() {
  if (!state_) return;
  try {
    state_->send(Ask::kRetire);
    state_->process.wait(posix::Deadline(kEndingTime));
  } catch (const std::exception&) {
    // Nobody to tell: what could be ended without the guard has been.
  }
}

Guard Guard::start(const std::filesystem::path& run_folder) {
  auto [ours, theirs] = posix::ControlSocket::make();
  const posix::UniqueFd nothing = posix::open_file("/dev/null", O_RDWR);
  const std::filesystem::path program = companion("watertight-guard");
  posix::ChildProcess::Plan plan;
  plan.program = program.native();
  plan.arguments = {"watertight-guard", std::to_string(::getpid()), run_folder.native()};
  plan.descriptors = {{0, nothing.get()},
                      {1, nothing.get()},
                      {2, nothing.get()},
                      {guard::kControlFd, theirs.get()}};
  auto state = std::make_unique<State>(std::move(ours), posix::ChildProcess::spawn(plan));
  theirs.reset();
  auto [hello, cgroup] = state->wait_for(Tell::kHello, kGreetingTime);
  state->is_held_by_cgroup = hello.is_held_by_cgroup != 0;
  state->cgroup = std::move(cgroup);
  return Guard(std::move(state));
}

std::variant<posix::ProcessHandle, SpawnFailure> Guard::spawn(const Command& command) {
  const auto program =
      find_program(command.arguments.empty() ? "" : command.arguments[0], command.environment);
  if (const auto* none = std::get_if<NoProgram>(&program)) return SpawnFailure{none->message};
  const auto& path = std::get<std::filesystem::path>(program);

  std::optional<Account> account;
  if (!command.user.empty() && may_change_user()) {
    account = find_account(command.user);
    if (!account) {
      return SpawnFailure{
          fmt::format("cannot run {} as user {}: there is no such user; see getent passwd",
                      command.arguments[0], command.user)};
    }
  }

  const posix::UniqueFd nothing = posix::open_file("/dev/null", O_RDWR);
  posix::UniqueFd output;
  if (!command.output.empty()) {
    output = posix::open_file(command.output, O_WRONLY | O_APPEND | O_CREAT, 0644);
  }
  const int printed = output ? output.get() : nothing.get();
  int standard[3] = {nothing.get(), printed, printed};
  for (const auto& [number, ours] : command.descriptors) {
    if (number >= 0 && number < 3) standard[number] = ours;
  }
  Command absolute = command;
  if (!command.working_directory.empty()) {
    absolute.working_directory = std::filesystem::absolute(command.working_directory).native();
  }
  const posix::UniqueFd plan =
      posix::make_memory_file("watertight-plan", encode(absolute, path, account));

  const std::lock_guard lock(state_->mutex);
  state_->send(Ask::kSpawn, {plan.get(), standard[0], standard[1], standard[2]});
  // Without a deadline of its own: exec(2) from a slow disk takes what it takes.
  auto [reply, pidfd] = state_->wait_for(Tell::kSpawned, std::chrono::minutes(10));
  if (reply.step != Step::kNone) return SpawnFailure{explain(reply, absolute, path)};
  if (!pidfd) throw HarnessError("pidfd_open", path.native(), ENOSYS);
  state_->is_held_by_cgroup = state_->is_held_by_cgroup && reply.is_held_by_cgroup != 0;
  state_->exits.erase(reply.pid);
  return posix::ProcessHandle(reply.pid, std::move(pidfd));
}

pid_t Guard::pid() const { return state_->process.pid(); }

std::string_view Guard::containment() const {
  const std::lock_guard lock(state_->mutex);
  return state_->is_held_by_cgroup ? "cgroup" : "subreaper";
}

std::vector<pid_t> Guard::processes() {
  std::vector<pid_t> pids = proc::descendants(pid());
  const std::lock_guard lock(state_->mutex);
  std::map<pid_t, std::uint64_t> known;
  for (const pid_t one : pids) {
    const auto before = state_->known.find(one);
    if (before != state_->known.end()) {
      known.insert(*before);
    } else if (const auto stat = proc::read_stat(one)) {
      known.emplace(one, stat->start_time);
    }
  }
  state_->known = std::move(known);
  return pids;
}

std::optional<posix::ExitStatus> Guard::exit_of(pid_t pid) {
  const std::lock_guard lock(state_->mutex);
  state_->read_what_is_there();
  const auto found = state_->exits.find(pid);
  if (found == state_->exits.end()) return std::nullopt;
  return found->second.status;
}

std::optional<posix::Clock::time_point> Guard::reaped_at(pid_t pid) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->exits.find(pid);
  if (found == state_->exits.end()) return std::nullopt;
  return found->second.reaped_at;
}

std::optional<posix::ExitStatus> Guard::wait_for_exit(pid_t pid, const posix::Deadline& deadline) {
  // Another thread may read the news first, so nobody waits for it longer than this.
  constexpr posix::Clock::duration kLongestWait = std::chrono::milliseconds(20);
  for (;;) {
    if (const auto status = exit_of(pid)) return status;
    if (deadline.has_passed()) return std::nullopt;
    state_->socket.wait_until_readable(posix::Deadline(std::min(deadline.left(), kLongestWait)));
  }
}

bool Guard::has_processes() {
  const std::lock_guard lock(state_->mutex);
  state_->send(Ask::kCount);
  return state_->wait_for(Tell::kCounted, kEndingTime).first.error == 0;
}

void Guard::note_shared_memory() {
  const std::lock_guard lock(state_->mutex);
  state_->send(Ask::kNoteSharedMemory);
  state_->wait_for(Tell::kNoted, kEndingTime);
}

bool Guard::end_all() {
  const std::lock_guard lock(state_->mutex);
  state_->send(Ask::kEndAll);
  auto [reply, cgroup] = state_->wait_for(Tell::kEnded, kEndingTime);
  state_->cgroup = std::move(cgroup);
  state_->is_held_by_cgroup = state_->is_held_by_cgroup && reply.is_held_by_cgroup != 0;
  return reply.error == 0;
}

}  // namespace watertight::launch
