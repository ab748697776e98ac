// SPDX-License-Identifier: Apache-2.0
#include "posix/process.h"

#include "posix/checked.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares these without C linkage
}

namespace watertight::posix {
namespace {

std::string signal_name(int number) {
  if (const char* abbreviation = sigabbrev_np(number)) return fmt::format("SIG{}", abbreviation);
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return fmt::format("SIGRTMIN+{}", number - SIGRTMIN);
  return fmt::format("signal {}", number);
}

/// Throws for the functions that return an error number instead of setting errno.
void check_spawn(int error, std::string_view object) {
  if (error != 0) throw HarnessError("posix_spawn", object, error);
}

/// What happens to the descriptors between fork and exec.
class FileActions {
 public:
  explicit FileActions(const std::map<int, int>& descriptors) {
    check_spawn(posix_spawn_file_actions_init(&actions_), "file actions");
    try {
      pass_on(descriptors);
    } catch (...) {
      posix_spawn_file_actions_destroy(&actions_);
      throw;
    }
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  void pass_on(const std::map<int, int>& descriptors) {
    const int above_all = descriptors.empty() ? 0 : descriptors.rbegin()->first + 1;
    int next = 0;
    for (const auto& [target, source] : descriptors) {
      // A copy above every target: no dup2 can then overwrite the source of a later one, and none
      // has its own number as target, which would leave it close-on-exec.
      copies_.emplace_back(checked(::fcntl(source, F_DUPFD_CLOEXEC, above_all), "fcntl",
                                   fmt::format("descriptor {}", source)));
      check_spawn(posix_spawn_file_actions_adddup2(&actions_, copies_.back().get(), target),
                  "dup2");
      for (; next < target; ++next) {
        check_spawn(posix_spawn_file_actions_addclose(&actions_, next), "close");
      }
      next = target + 1;
    }
    check_spawn(posix_spawn_file_actions_addclosefrom_np(&actions_, above_all), "closefrom");
  }

  posix_spawn_file_actions_t actions_;
  std::vector<UniqueFd> copies_;
};

/// Every signal at its default, none blocked.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    check_spawn(posix_spawnattr_init(&attributes_), "attributes");
    sigset_t all, none;
    // Not sigfillset(3): it leaves out the two signals that glibc keeps for its threads, and
    // posix_spawn has the child ignore those that are left out (sysdeps/unix/sysv/linux/spawni.c).
    std::memset(&all, 0xff, sizeof all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// The null-terminated array that exec(2) wants; points into `strings`.
std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

bool is_readable(int fd, int timeout_milliseconds) {
  pollfd watched{fd, POLLIN, 0};
  const int ready = ::poll(&watched, 1, timeout_milliseconds);
  if (ready == -1 && errno == EINTR) return false;
  return checked(ready, "poll", "pidfd") == 1;
}

}  // namespace

bool is_crash_signal(int number) {
  constexpr std::array kCrashes = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  return std::ranges::find(kCrashes, number) != kCrashes.end();
}

std::string ExitStatus::describe() const {
  if (!was_signalled) return fmt::format("exited with {}", code);
  return fmt::format("killed by {}{}", signal_name(code), dumped_core ? " (core dumped)" : "");
}

std::optional<ProcessHandle> ProcessHandle::open(pid_t pid) {
  UniqueFd pidfd(::pidfd_open(pid, 0));
  // EINVAL and ENOENT: no pid at all, or that of a thread.
  if (!pidfd && (errno == ESRCH || errno == EINVAL || errno == ENOENT)) return std::nullopt;
  checked(pidfd.get(), "pidfd_open", std::to_string(pid));
  return ProcessHandle(pid, std::move(pidfd));
}

bool ProcessHandle::signal(int number) const {
  const int result = ::pidfd_send_signal(pidfd(), number, nullptr, 0);
  if (result == -1 && errno == ESRCH) return false;
  checked(result, "pidfd_send_signal", fmt::format("{} to {}", signal_name(number), pid_));
  return true;
}

bool ProcessHandle::has_ended() const { return is_readable(pidfd(), 0); }

bool ProcessHandle::wait_until_ended(const Deadline& deadline) const {
  while (!is_readable(pidfd(), deadline.left_for_poll())) {
    if (deadline.has_passed()) return has_ended();
  }
  return true;
}

ChildProcess ChildProcess::spawn(const Plan& plan) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : plan.environment) environment.push_back(name + "=" + value);

  const FileActions actions(plan.descriptors);
  const SpawnAttributes attributes;
  pid_t pid = -1;
  check_spawn(::posix_spawn(&pid, plan.program.c_str(), actions.get(), attributes.get(),
                            pointers_to(plan.arguments).data(), pointers_to(environment).data()),
              plan.program);

  UniqueFd pidfd(::pidfd_open(pid, 0));
  if (!pidfd) {
    const int error = errno;
    // Not reaped yet, so that the bare pid is still this child's.
    ::kill(pid, SIGKILL);
    retry_eintr([&] { return ::waitpid(pid, nullptr, 0); });
    throw HarnessError("pidfd_open", plan.program, error);
  }
  return ChildProcess(ProcessHandle(pid, std::move(pidfd)));
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    end();
    handle_ = std::move(other.handle_);
    status_ = other.status_;
  }
  return *this;
}

ChildProcess::~ChildProcess() { end(); }

void ChildProcess::end() noexcept {
  if (!handle_ || handle_->pidfd() < 0 || status_) return;
  const auto pidfd = static_cast<id_t>(handle_->pidfd());
  ::pidfd_send_signal(handle_->pidfd(), SIGKILL, nullptr, 0);
  siginfo_t ignored{};
  retry_eintr([&] { return ::waitid(P_PIDFD, pidfd, &ignored, WEXITED); });
}

std::optional<ExitStatus> ChildProcess::poll_exit() {
  if (status_) return status_;
  const auto pidfd = static_cast<id_t>(handle_->pidfd());
  siginfo_t info{};
  checked(retry_eintr([&] { return ::waitid(P_PIDFD, pidfd, &info, WEXITED | WNOHANG); }), "waitid",
          std::to_string(pid()));
  if (info.si_pid == 0) return std::nullopt;
  status_ = ExitStatus{.was_signalled = info.si_code != CLD_EXITED,
                       .code = info.si_status,
                       .dumped_core = info.si_code == CLD_DUMPED};
  return status_;
}

std::optional<ExitStatus> ChildProcess::wait(const Deadline& deadline) {
  if (!status_) handle_->wait_until_ended(deadline);
  return poll_exit();
}

std::optional<Clock::duration> cpu_time_of(pid_t pid) {
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

pid_t own_pid() { return ::getpid(); }

std::map<std::string, std::string> current_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace watertight::posix
