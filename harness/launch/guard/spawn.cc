// SPDX-License-Identifier: Apache-2.0
#include "launch/guard/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace watertight::guard {
namespace {

/// A plan whose strings have been found; points into the mapped file.
struct Parsed {
  Plan plan;
  const gid_t* groups;
  const char* program;
  const char* folder;
  char** arguments;
  char** variables;
};

struct Failure {
  Step step;
  int error;
};

class MappedPlan {
 public:
  explicit MappedPlan(int fd) {
    struct stat facts;
    if (fstat(fd, &facts) != 0 || facts.st_size < static_cast<off_t>(sizeof(Plan))) return;
    size_ = static_cast<std::size_t>(facts.st_size);
    void* bytes = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (bytes != MAP_FAILED) bytes_ = static_cast<char*>(bytes);
  }
  MappedPlan(const MappedPlan&) = delete;
  MappedPlan& operator=(const MappedPlan&) = delete;
  ~MappedPlan() {
    if (bytes_ != nullptr) munmap(bytes_, size_);
    free(pointers_);
  }

  bool parse(Parsed& parsed) {
    if (bytes_ == nullptr || bytes_[size_ - 1] != '\0') return false;
    memcpy(&parsed.plan, bytes_, sizeof(Plan));
    std::size_t count = std::size_t{parsed.plan.argument_count} + parsed.plan.variable_count + 2;
    std::size_t groups_size = std::size_t{parsed.plan.group_count} * sizeof(gid_t);
    if (groups_size > size_ - sizeof(Plan) || count > size_) return false;
    parsed.groups = reinterpret_cast<const gid_t*>(bytes_ + sizeof(Plan));
    next_ = bytes_ + sizeof(Plan) + groups_size;
    parsed.program = next_string();
    parsed.folder = next_string();
    pointers_ = static_cast<char**>(calloc(count, sizeof(char*)));
    if (pointers_ == nullptr) return false;
    parsed.arguments = pointers_;
    parsed.variables = pointers_ + parsed.plan.argument_count + 1;
    return parsed.program != nullptr && parsed.folder != nullptr &&
           fill(parsed.arguments, parsed.plan.argument_count) &&
           fill(parsed.variables, parsed.plan.variable_count);
  }

 private:
  char* next_string() {
    if (next_ >= bytes_ + size_) return nullptr;
    char* string = next_;
    next_ += strlen(string) + 1;
    return string;
  }
  bool fill(char** pointers, std::uint32_t count) {
    bool is_complete = true;
    for (std::uint32_t i = 0; i < count; ++i) {
      pointers[i] = next_string();
      is_complete &= pointers[i] != nullptr;
    }
    return is_complete;
  }

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  char* next_ = nullptr;
  char** pointers_ = nullptr;
};

void report(int pipe_end, Step step) {
  Failure failure{step, errno};
  (void)!write(pipe_end, &failure, sizeof failure);
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) (void)signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool set_descriptor_limit(std::uint64_t soft) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = soft;
  if (limit.rlim_max < soft) limit.rlim_max = soft;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

bool become_user(const Parsed& parsed) {
  return setgroups(parsed.plan.group_count, parsed.groups) == 0 && setgid(parsed.plan.group) == 0 &&
         setuid(parsed.plan.user) == 0;
}

/// Between fork and exec. Every descriptor but 0 to 2 is close-on-exec in this program.
[[noreturn]] void become(const Parsed& parsed, const int standard[3], pid_t guard, int pipe_end) {
  setpgid(0, 0);
  reset_signals();
  for (int fd = 0; fd < 3; ++fd) dup2(standard[fd], fd);
  Step step = Step::kNone;
  if (parsed.plan.descriptor_limit != 0 && !set_descriptor_limit(parsed.plan.descriptor_limit)) {
    step = Step::kLimit;
  } else if (parsed.plan.changes_user != 0 && !become_user(parsed)) {
    step = Step::kUser;
  } else if (parsed.folder[0] != '\0' && chdir(parsed.folder) != 0) {
    step = Step::kFolder;
  } else {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // After the change of user, which clears it.
    if (getppid() != guard) _exit(127);
    execve(parsed.program, parsed.arguments, parsed.variables);
    step = Step::kExecute;
  }
  report(pipe_end, step);
  _exit(127);
}

/// Reads what the child reports until exec closes the pipe.
void wait_for_exec(int pipe_end, int harness, Spawned& spawned) {
  Failure failure;
  for (;;) {
    pollfd fds[] = {{pipe_end, POLLIN, 0}, {harness, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno == EINTR) continue;
    if (fds[1].revents != 0) return;
    if (read(pipe_end, &failure, sizeof failure) != static_cast<ssize_t>(sizeof failure)) return;
    spawned.step = failure.step;
    spawned.error = failure.error;
  }
}

/// fork(2) that gives a pidfd, into a cgroup where `cgroup` is not -1. Moving in afterwards would
/// cost 20 ms: the kernel waits for an RCU grace period. Kernel 5.7.
pid_t fork_into(int cgroup, int& pidfd) {
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  if (cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
  }
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

}  // namespace

Spawned spawn(int plan, const int standard[3], int cgroup, int harness) {
  Spawned spawned{-1, -1, Step::kNone, 0, cgroup >= 0};
  MappedPlan mapped(plan);
  Parsed parsed;
  if (!mapped.parse(parsed)) {
    spawned.step = Step::kPlan;
    spawned.error = EINVAL;
    return spawned;
  }
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    spawned.step = Step::kFork;
    spawned.error = errno;
    return spawned;
  }
  pid_t guard = getpid();
  spawned.pid = fork_into(cgroup, spawned.pidfd);
  if (spawned.pid < 0 && cgroup >= 0) {
    spawned.is_held_by_cgroup = false;
    spawned.pid = fork_into(-1, spawned.pidfd);
  }
  if (spawned.pid == 0) become(parsed, standard, guard, pipe_ends[1]);
  if (spawned.pid < 0) {
    spawned.step = Step::kFork;
    spawned.error = errno;
  }
  close(pipe_ends[1]);
  if (spawned.pid > 0) wait_for_exec(pipe_ends[0], harness, spawned);
  close(pipe_ends[0]);
  if (spawned.pid > 0 && spawned.step != Step::kNone) {
    waitpid(spawned.pid, nullptr, 0);
    close(spawned.pidfd);
    spawned.pid = spawned.pidfd = -1;
  }
  return spawned;
}

}  // namespace watertight::guard
