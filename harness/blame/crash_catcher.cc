// SPDX-License-Identifier: Apache-2.0
#include "blame/crash_catcher.h"

#include "posix/clock.h"
#include "trace/tracer.h"

#include <watertight/error.h>

#include <utility>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;
using Kind = posix::TraceStop::Kind;

/// Between two looks at whether it is enough.
constexpr auto kTurn = 20ms;
/// Some runtimes use SIGSEGV for their work, thousands of times.
constexpr unsigned kMostSignals = 16;

}  // namespace

CrashCatcher::CrashCatcher(std::vector<pid_t> processes)
    : thread_([this, traced = std::move(processes)] { watch(traced); }) {
  is_ready_.wait(false);
}

CrashCatcher::~CrashCatcher() { is_enough_ = true; }

ThreadStacks CrashCatcher::result() {
  is_enough_ = true;
  thread_.join();
  return std::move(caught_);
}

void CrashCatcher::watch(const std::vector<pid_t>& processes) {
  const auto begin = [this] {
    is_ready_ = true;
    is_ready_.notify_one();
  };
  try {
    trace::Tracer tracer;
    for (const pid_t pid : processes)
      if (const auto refusal = tracer.seize(pid)) caught_.remarks.push_back(refusal->reason);
    begin();
    unsigned signals = 0;
    const auto judge = [&](trace::Thread& thread) {
      if (thread.stands_at(Kind::kSignal) && posix::is_crash_signal(thread.stop.signal) &&
          ++signals <= kMostSignals)
        caught_ = read_stopped_thread(thread.tracee.tid());
      has_crashed_ = thread.end && thread.end->is_crash();
      return has_crashed_.load();
    };
    while (!is_enough_ && !has_crashed_ && !tracer.is_empty())
      tracer.run(trace::Tracer::Follow::kSignals, judge, posix::Deadline(kTurn));
  } catch (const HarnessError& error) {
    caught_.remarks.emplace_back(error.what());
  }
  if (!has_crashed_) caught_.stacks.clear();
  is_over_ = true;
  begin();
}

}  // namespace watertight::blame
