// SPDX-License-Identifier: Apache-2.0
#include "trace/handler_audit.h"

#include "posix/process.h"
#include "proc/process.h"
#include "trace/machine.h"
#include "trace/tracer.h"

#include <asm/unistd.h>
#include <linux/futex.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <set>
#include <unordered_map>

namespace watertight::trace {
namespace {

using namespace std::chrono_literals;
using Go = posix::Tracee::Go;
using Kind = posix::TraceStop::Kind;

constexpr std::chrono::milliseconds kMostToDeliver = 2s, kSlice = 10ms;
constexpr int kSlicesUntilSure = 5;
/// On a busy machine a step takes half a millisecond, on a quiet one a hundredth of that.
constexpr std::uint64_t kMostInstructions = 200'000;
constexpr std::chrono::milliseconds kMostInHandler = 8s, kMostInCall = 500ms;
constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kAddressText = 128;

/// Leaves errno as it is.
bool never_fails(long call) {
  constexpr long kNumbers[] = {__NR_getpid, __NR_gettid, __NR_getppid, __NR_getuid, __NR_umask};
  return std::ranges::find(kNumbers, call) != std::end(kNumbers);
}

/// One handler, from the delivery of its signal on.
class Audit {
 public:
  Audit(pid_t pid, int signal) : process_(posix::ProcessHandle::open(pid)) { run_.signal = signal; }

  std::variant<HandlerRun, Refusal> run(Look look) {
    if (!process_) return run_;
    if (auto refusal = tracer_.seize(process_->pid())) return std::move(*refusal);
    FunctionTable functions;
    if (look == Look::kSteps) functions = read_functions(process_->pid());
    process_->signal(run_.signal);
    Thread* const thread = wait_for_delivery();
    if (thread && is_blocked_outside(*thread)) {
      run_.end = HandlerRun::End::kOnlyInWaits;
      thread->stop.kind = Kind::kHalt;  // The signal is dropped.
    } else if (thread && look == Look::kSteps) {
      step(*thread, functions);
      if (!run_.functions.empty()) excuse_in_wait(*thread);
    } else if (thread) {
      go_from_call_to_call(*thread);
    }
    tracer_.let_go();
    for (const int signal : postponed_) process_->signal(signal);
    return run_;
  }

 private:
  /// Null where no handler will run.
  Thread* wait_for_delivery() {
    const posix::Deadline deadline(kMostToDeliver);
    const auto judge = [this](const Thread& thread) {
      return thread.stands_at(Kind::kSignal) && thread.stop.signal == run_.signal;
    };
    for (int quiet = 0; !deadline.has_passed() && quiet < kSlicesUntilSure;) {
      if (Thread* const thread =
              tracer_.run(Tracer::Follow::kSignals, judge, posix::Deadline(kSlice)))
        return thread;
      if (tracer_.is_empty()) {
        run_.end = HandlerRun::End::kLeft;
        return nullptr;
      }
      quiet = is_on_its_way() ? 0 : quiet + 1;
    }
    return nullptr;
  }

  /// Pending, and a thread would take it, were it given the CPU.
  bool is_on_its_way() const {
    const auto status = proc::read_status(process_->pid());
    const std::uint64_t bit = std::uint64_t{1} << (run_.signal - 1);
    return status && (status->pending & bit) != 0 && (status->blocked & bit) == 0;
  }

  bool is_blocked_outside(const Thread& thread) const {
    return (thread.tracee.signal_mask().value_or(0) >> (run_.signal - 1) & 1) != 0;
  }

  void step(Thread& thread, const FunctionTable& functions) {
    const posix::Deadline deadline(kMostInHandler);
    int signal = run_.signal;
    bool is_in_call = false;
    while (run_.instructions < kMostInstructions && !deadline.has_passed()) {
      if (!advance(thread, Go::kOneInstruction, signal, is_in_call)) return;
      signal = 0;
      const auto place = place_of(thread.tracee);
      if (!place) continue;
      ++run_.instructions;
      if (const auto function = functions.find(place->instruction); function != functions.end())
        if (!note_function(function->second)) return;
      is_in_call = makes_call(thread, place->instruction);
      if (is_in_call && !note_call(place->call)) return;
    }
    run_.end = HandlerRun::End::kTooLong;
  }

  /// What a handler calls is safe where it interrupts nothing but a wait.
  void excuse_in_wait(Thread& thread) {
    const HandlerRun::End end = run_.end;
    const bool may_go_on = end == HandlerRun::End::kReturned || end == HandlerRun::End::kTooLong;
    if (may_go_on && is_blocked_next(thread)) {
      run_.end = HandlerRun::End::kOnlyInWaits;
      run_.functions.clear();
    } else {
      run_.end = end;
    }
  }

  /// Whether the first call after the interrupted one blocks the signal.
  bool is_blocked_next(Thread& thread) {
    const posix::Deadline deadline(kMostInHandler);
    bool has_returned = false;
    while (!deadline.has_passed() && advance(thread, Go::kToNextCall, 0, true)) {
      if (!thread.stands_at(Kind::kCall) || !thread.call) continue;
      const posix::TracedCall& call = *thread.call;
      if (!has_returned) {
        has_returned = call.number == __NR_rt_sigreturn;
      } else if (call.number == __NR_rt_sigprocmask && !call.is_entry) {
        return is_blocked_outside(thread);
      } else if (call.number != __NR_rt_sigprocmask && call.is_entry) {
        return false;
      }
    }
    return false;
  }

  void go_from_call_to_call(Thread& thread) {
    const posix::Deadline deadline(kMostInHandler);
    int signal = run_.signal;
    while (!deadline.has_passed()) {
      if (!advance(thread, Go::kToNextCall, signal, true)) return;
      signal = 0;
      if (!thread.stands_at(Kind::kCall) || !thread.call || !thread.call->is_entry) continue;
      if (!note_call(thread.call->number)) return;
      const std::string sign = sign_of(*thread.call, text_of(thread));
      if (!sign.empty() && std::ranges::find(run_.signs, sign) == run_.signs.end())
        run_.signs.push_back(sign);
    }
    run_.end = HandlerRun::End::kTooLong;
  }

  /// False where the run is over.
  bool advance(Thread& thread, Go how, int signal, bool may_wait) {
    const auto stop = may_wait ? tracer_.advance(thread, how, posix::Deadline(kMostInCall), signal)
                               : tracer_.step(thread, signal);
    if (!stop) {
      run_.end = HandlerRun::End::kBlocked;
      return false;
    }
    if (stop->kind == Kind::kEnded || stop->kind == Kind::kExec) {
      run_.end = HandlerRun::End::kLeft;
      return false;
    }
    if (stop->kind == Kind::kSignal) {  // Another one would run its handler within this one.
      postponed_.insert(stop->signal);
      thread.stop.kind = Kind::kHalt;
    }
    return true;
  }

  bool note_function(const std::string& name) {
    if (is_jump(name)) {
      run_.end = HandlerRun::End::kLeft;
      return false;
    }
    if (!is_unsafe_in_handler(name)) {
      run_.saves_errno = run_.saves_errno || std::ranges::all_of(run_.calls, never_fails);
    } else if (std::ranges::find(run_.functions, name) == run_.functions.end()) {
      run_.functions.push_back(name);
    }
    return true;
  }

  bool note_call(long number) {
    if (number == __NR_rt_sigreturn) {
      run_.end = HandlerRun::End::kReturned;
      return false;
    }
    run_.calls.push_back(number);
    return true;
  }

  bool makes_call(const Thread& thread, std::uint64_t address) {
    const std::uint64_t at = address % kPage;
    auto [page, is_new] = pages_.try_emplace(address / kPage);
    if (is_new) page->second = thread.tracee.read_memory(address - at, kPage);
    return page->second.size() > at &&
           std::string_view(page->second).substr(at).starts_with(call_instruction());
  }

  static std::string text_of(const Thread& thread) {
    const posix::TracedCall& call = *thread.call;
    if (call.number == __NR_openat) return thread.tracee.read_string(call.arguments[1]);
    if (call.number == __NR_connect)
      return thread.tracee.read_memory(call.arguments[1],
                                       std::min<std::size_t>(call.arguments[2], kAddressText));
    return "";
  }

  std::optional<posix::ProcessHandle> process_;
  HandlerRun run_;
  std::set<int> postponed_;
  std::unordered_map<std::uint64_t, std::string> pages_;
  Tracer tracer_;
};

}  // namespace

std::variant<HandlerRun, Refusal> audit_handler(pid_t pid, int signal, Look look) {
  return Audit(pid, signal).run(look);
}

std::string sign_of(const posix::TracedCall& call, std::string_view text) {
  const auto has = [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  switch (call.number) {
    case __NR_brk:
      return "takes memory (brk)";
    case __NR_mmap:
    case __NR_mremap:
      return "takes memory (mmap)";
    case __NR_futex: {
      const auto command = static_cast<int>(call.arguments[1]) & FUTEX_CMD_MASK;
      const bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET ||
                         command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2;
      return waits ? "waits for a lock (futex)" : "";
    }
    case __NR_openat:
      return has("localtime") || has("zoneinfo") ? "reads the time zone (openat)" : "";
    case __NR_connect:
      return has("/dev/log") ? "connects to the system log (connect)" : "";
    default:
      return "";
  }
}

}  // namespace watertight::trace
