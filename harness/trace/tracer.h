// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The room of ptrace(2): takes running processes, gives what they do at a system call or in
/// a signal handler, and lets them go. Everything that a process forks, clones or executes is
/// followed. Refuses to judge, and to start anything.

#include "posix/clock.h"
#include "posix/tracee.h"
#include "trace/refusal.h"

#include <sys/types.h>

#include <functional>
#include <list>
#include <optional>
#include <vector>

namespace watertight::trace {

/// One traced thread, and why it stands still where it does.
struct Thread {
  posix::Tracee tracee;
  bool is_stopped = false;
  bool is_held = false;  ///< Stays where it is when the others go on.
  posix::TraceStop stop{};
  std::optional<posix::TracedCall> call{};  ///< The one that it is in, where calls are followed.
  std::optional<posix::ExitStatus> end{};

  bool stands_at(posix::TraceStop::Kind kind) const { return is_stopped && stop.kind == kind; }
};

/// Traces all threads of some processes, and all that they make. One thread of ours uses it.
///
/// While nobody calls run() whoever comes to a stop stands there. The destructor lets everybody
/// go, so it has to come before the end of the daemon: nobody else can reap who is traced.
class Tracer {
 public:
  Tracer() = default;
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer() { let_go(); }

  /// All threads of a process, which run on. One that has ended is no refusal.
  std::optional<Refusal> seize(pid_t pid);

  /// Stops all threads; false where one did not stop in time, as in an uninterruptible wait.
  bool halt(const posix::Deadline& deadline);

  /// What those that go on are stopped for, beside signals, children and exec.
  enum class Follow { kSignals, kCalls };
  /// True: the thread, which has just stopped or ended, is held, and run() returns.
  using Judge = std::function<bool(Thread&)>;
  /// Lets all go on but those held, and hands every stop to `judge` first. A signal is delivered
  /// when its thread goes on. Null where the deadline passed or nobody is left.
  Thread* run(Follow follow, const Judge& judge, const posix::Deadline& deadline);

  /// One held thread goes on by itself, and no other; its next stop, or empty at the deadline.
  std::optional<posix::TraceStop> advance(Thread& thread, posix::Tracee::Go how,
                                          const posix::Deadline& deadline, int signal = 0);
  /// The same by one instruction, which must not make a call that may wait.
  posix::TraceStop step(Thread& thread, int signal = 0);

  /// Nobody is traced or held any more; signals that somebody stood before are delivered.
  void let_go() noexcept;

  std::list<Thread>& threads() { return threads_; }
  bool is_empty() const { return threads_.empty(); }

 private:
  Thread* find(pid_t tid);
  bool look(Thread& thread);  ///< True where it has just stopped or ended.
  void note(Thread& thread, const posix::TraceStop& stop);
  void resume(Thread& thread, Follow follow);
  void forget_ended();
  void end_who_stays() noexcept;

  std::list<Thread> threads_;
};

}  // namespace watertight::trace
