// SPDX-License-Identifier: Apache-2.0
#include "trace/tracer.h"

#include "posix/file.h"
#include "proc/process.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace watertight::trace {
namespace {

using namespace std::chrono_literals;
using Kind = posix::TraceStop::Kind;

constexpr std::chrono::microseconds kShortestPause{10}, kLongestPause{1000};
constexpr auto kMostToLetGo = 1s;

/// Between two looks: a thread that goes from call to call stops again within microseconds, one
/// that waits in a call may do so for long.
class Pause {
 public:
  void reset() { next_ = kShortestPause; }
  void take() {
    posix::pause_for(next_);
    next_ = std::min(2 * next_, kLongestPause);
  }

 private:
  std::chrono::microseconds next_ = kShortestPause;
};

bool is_ours(pid_t tid) {
  bool is_ours = false;
  const auto status = posix::read_file(fmt::format("/proc/{}/status", tid));
  proc::for_each_field(status.value_or(""), [&](std::string_view key, std::string_view value) {
    if (key == "TracerPid") is_ours = proc::parse_number<pid_t>(value) == ::gettid();
  });
  return is_ours;
}

/// SIGTRAP after a step is not a signal that anybody sent.
void hide_step(Thread& thread, posix::Tracee::Go how) {
  if (how == posix::Tracee::Go::kOneInstruction && thread.stands_at(Kind::kSignal) &&
      thread.stop.signal == SIGTRAP)
    thread.stop = {.kind = Kind::kHalt};
}

}  // namespace

Thread* Tracer::find(pid_t tid) {
  const auto found =
      std::ranges::find(threads_, tid, [](const Thread& t) { return t.tracee.tid(); });
  return found == threads_.end() ? nullptr : &*found;
}

std::optional<Refusal> Tracer::seize(pid_t pid) {
  if (auto refusal = why_not(pid)) return refusal;
  // A thread that is seized brings those with it that it makes; others may make some meanwhile.
  for (bool is_new = true; is_new;) {
    is_new = false;
    for (const proc::ThreadActivity& one :
         proc::read_thread_activity(pid).value_or(std::vector<proc::ThreadActivity>{})) {
      if (one.state == 'Z' || one.state == 'X' || find(one.tid)) continue;
      const auto seized = posix::Tracee::seize(one.tid);
      if (const int* error = std::get_if<int>(&seized)) {
        if (*error == ESRCH) continue;
        if (*error == EPERM && is_ours(one.tid)) {  // Seized by the kernel with its maker.
          threads_.push_back({posix::Tracee(one.tid)});
          continue;
        }
        return explain_refusal(pid, *error);
      }
      threads_.push_back({std::get<posix::Tracee>(seized)});
      is_new = true;
    }
  }
  return std::nullopt;
}

bool Tracer::look(Thread& thread) {
  const auto stop = thread.tracee.poll_stop();
  if (stop) note(thread, *stop);
  return stop.has_value();
}

void Tracer::note(Thread& thread, const posix::TraceStop& stop) {
  thread.stop = stop;
  thread.is_stopped = stop.kind != Kind::kEnded;
  switch (stop.kind) {
    case Kind::kEnded:
      thread.end = stop.status;
      break;
    case Kind::kChild:
      if (!find(stop.other)) threads_.push_back({posix::Tracee(stop.other)});
      break;
    case Kind::kExec:
      thread.call.reset();
      if (stop.other != thread.tracee.tid())
        std::erase_if(threads_, [&](const Thread& t) { return t.tracee.tid() == stop.other; });
      break;
    case Kind::kCall:
      if (const auto call = thread.tracee.call(); call && call->is_entry) {
        thread.call = call;
      } else if (call && thread.call) {
        thread.call->is_entry = false;
        thread.call->result = call->result;
      }
      break;
    default:
      break;
  }
}

void Tracer::resume(Thread& thread, Follow follow) {
  if (!thread.is_stopped || thread.is_held) return;
  const auto how =
      follow == Follow::kCalls ? posix::Tracee::Go::kToNextCall : posix::Tracee::Go::kOn;
  thread.is_stopped = false;
  if (thread.stop.kind == Kind::kGroup) {
    thread.tracee.stay_in_group_stop();
  } else {
    thread.tracee.resume(how, thread.stop.kind == Kind::kSignal ? thread.stop.signal : 0);
  }
}

void Tracer::forget_ended() {
  std::erase_if(threads_, [](const Thread& t) { return t.end.has_value(); });
}

bool Tracer::halt(const posix::Deadline& deadline) {
  for (Thread& thread : threads_)
    if (!thread.is_stopped) thread.tracee.interrupt();
  Pause pause;
  for (;;) {
    bool stand_all = true;
    for (Thread& thread : threads_) {
      // Those that stopped for another reason stop once more when they go on: they stand as well.
      if (!thread.is_stopped && !thread.end && !look(thread)) stand_all = false;
    }
    if (stand_all) break;
    if (deadline.has_passed()) return false;
    pause.take();
  }
  forget_ended();
  return true;
}

Thread* Tracer::run(Follow follow, const Judge& judge, const posix::Deadline& deadline) {
  Pause pause;
  for (;;) {
    forget_ended();
    if (threads_.empty()) return nullptr;
    bool is_news = false;
    for (Thread& thread : threads_) {
      resume(thread, follow);
      if (thread.is_stopped || !look(thread)) continue;
      is_news = true;
      if (judge(thread)) {
        thread.is_held = thread.is_stopped;
        return &thread;
      }
    }
    if (is_news) {
      pause.reset();
    } else if (deadline.has_passed()) {
      return nullptr;
    } else {
      pause.take();
    }
  }
}

std::optional<posix::TraceStop> Tracer::advance(Thread& thread, posix::Tracee::Go how,
                                                const posix::Deadline& deadline, int signal) {
  thread.is_stopped = false;
  thread.tracee.resume(how, signal);
  for (Pause pause; !look(thread); pause.take())
    if (deadline.has_passed()) return std::nullopt;
  hide_step(thread, how);
  return thread.stop;
}

posix::TraceStop Tracer::step(Thread& thread, int signal) {
  // Waits in the kernel: on a busy machine whoever polls is not given the CPU as often.
  thread.tracee.resume(posix::Tracee::Go::kOneInstruction, signal);
  note(thread, thread.tracee.wait_for_stop());
  hide_step(thread, posix::Tracee::Go::kOneInstruction);
  return thread.stop;
}

void Tracer::let_go() noexcept {
  try {
    const posix::Deadline deadline(kMostToLetGo);
    while (!threads_.empty() && halt(deadline)) {
      for (Thread& thread : threads_) {
        const bool has_signal = thread.stands_at(Kind::kSignal) && thread.stop.signal != SIGTRAP;
        thread.tracee.let_go(has_signal ? thread.stop.signal : 0);
      }
      threads_.clear();
    }
  } catch (const HarnessError&) {
    // Who cannot be let go is ended.
  }
  end_who_stays();
}

/// Who does not even stop (an uninterruptible wait): it would be a zombie that its guard cannot
/// reap.
void Tracer::end_who_stays() noexcept {
  try {
    for (const Thread& thread : threads_)
      if (const auto process = posix::ProcessHandle::open(thread.tracee.tid()))
        process->signal(SIGKILL);
    const posix::Deadline deadline(kMostToLetGo);
    while (!threads_.empty() && !deadline.has_passed()) {
      for (Thread& thread : threads_) look(thread);
      forget_ended();
      posix::pause_for(kLongestPause);
    }
  } catch (const HarnessError&) {
    // The kernel kills it when this thread ends.
  }
  threads_.clear();
}

}  // namespace watertight::trace
