// SPDX-License-Identifier: Apache-2.0
#include "trace/injection.h"

#include "posix/process.h"
#include "posix/syscall_name.h"
#include "trace/machine.h"
#include "trace/tracer.h"

#include <fmt/format.h>

namespace watertight::trace {
namespace {

using namespace std::chrono_literals;
using Kind = posix::TraceStop::Kind;

constexpr auto kMostToStop = 500ms;

bool blocks(const posix::Tracee& thread, int signal) {
  return (thread.signal_mask().value_or(0) >> (signal - 1) & 1) != 0;
}

/// The kernel asks the main thread first (complete_signal() in kernel/signal.c).
void find_taker(std::list<Thread>& threads, pid_t main, int signal, Injection& injection) {
  const Thread* taker = nullptr;
  for (const Thread& thread : threads) {
    if (blocks(thread.tracee, signal)) continue;
    if (!taker || thread.tracee.tid() == main) taker = &thread;
  }
  injection.is_held = taker == nullptr;
  injection.taker = taker ? taker->tracee.tid() : main;
  for (const Thread& thread : threads) {
    if (thread.tracee.tid() == injection.taker)
      injection.limit = time_limit_of(thread.tracee, injection.waits.at(injection.taker));
  }
}

}  // namespace

std::variant<Injection, NotInjected> inject_before_wait(pid_t pid, int signal) {
  const auto process = posix::ProcessHandle::open(pid);
  const auto waits = read_waits(pid);
  if (!process || !waits) return NotInjected{"it does not wait for anything"};
  Injection injection{.waits = *waits};
  Tracer tracer;
  if (auto refusal = tracer.seize(pid)) return NotInjected{refusal->reason, true};
  if (!tracer.halt(posix::Deadline(kMostToStop)))
    return NotInjected{"a thread of it cannot be stopped"};
  for (const Thread& thread : tracer.threads()) {
    const auto wait = waits->find(thread.tracee.tid());
    if (wait == waits->end() || !thread.stands_at(Kind::kHalt))
      return NotInjected{"a thread of it woke up when it was stopped"};
    if (!step_back(thread.tracee, wait->second)) {
      return NotInjected{
          fmt::format("its {} cannot be begun anew", posix::syscall_name(wait->second.number))};
    }
  }
  if (tracer.threads().size() != waits->size()) return NotInjected{"a thread of it just ended"};
  find_taker(tracer.threads(), pid, signal, injection);
  process->signal(signal);
  tracer.let_go();
  return injection;
}

}  // namespace watertight::trace
