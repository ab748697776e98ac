// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/unique_fd.h"

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight::posix {

/// SIGSEGV and its like: the program broke.
bool is_crash_signal(int number);

/// How a process ended (waitid(2)).
struct ExitStatus {
  bool was_signalled = false;
  int code = 0;  ///< Exit code, or the number of the signal.
  bool dumped_core = false;

  bool is_success() const { return !was_signalled && code == 0; }
  bool is_crash() const { return was_signalled && is_crash_signal(code); }
  std::string describe() const;  ///< "exited with 1", "killed by SIGSEGV (core dumped)".
};

/// A process by pid and pidfd; everything goes through the pidfd, so that a reused pid is never
/// touched. Does not own the process. Kernel 5.3.
class ProcessHandle {
 public:
  /// Empty where no such process exists. A zombie counts as existing.
  static std::optional<ProcessHandle> open(pid_t pid);
  ProcessHandle(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }

  /// False where the process has been reaped. Throws HarnessError for EPERM and the like.
  bool signal(int number) const;

  /// True once the process has ended (zombie or reaped): the pidfd is readable.
  bool has_ended() const;

  /// Waits until it has ended; false at the deadline.
  bool wait_until_ended(const Deadline& deadline) const;

 private:
  pid_t pid_;
  UniqueFd pidfd_;
};

/// A direct child of ours: killed with SIGKILL and reaped by the destructor, which never throws.
class ChildProcess {
 public:
  struct Plan {
    std::string program;                             ///< Path; no search.
    std::vector<std::string> arguments;              ///< argv, argv[0] included.
    std::map<std::string, std::string> environment;  ///< The whole environment.
    std::map<int, int> descriptors;  ///< Child's number -> ours. Everything else is closed.
  };

  /// posix_spawn(3), all signals at their default and unblocked. Throws HarnessError.
  static ChildProcess spawn(const Plan& plan);

  ChildProcess(ChildProcess&&) noexcept = default;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  const ProcessHandle& handle() const { return *handle_; }
  pid_t pid() const { return handle_->pid(); }

  /// Reaps it where it has ended; the status stays known from then on.
  std::optional<ExitStatus> poll_exit();
  std::optional<ExitStatus> wait(const Deadline& deadline);

 private:
  explicit ChildProcess(ProcessHandle handle) : handle_(std::move(handle)) {}
  void end() noexcept;

  std::optional<ProcessHandle> handle_;
  std::optional<ExitStatus> status_;
};

/// CPU time that all threads of a process have used so far (clock_getcpuclockid(3)); empty where it
/// is gone.
std::optional<Clock::duration> cpu_time_of(pid_t pid);

/// The pid of this process.
pid_t own_pid();

/// The environment of this process.
std::map<std::string, std::string> current_environment();

}  // namespace watertight::posix
