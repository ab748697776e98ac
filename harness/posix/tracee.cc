// SPDX-License-Identifier: Apache-2.0
#include "posix/tracee.h"

#include "posix/checked.h"

#include <elf.h>
#include <linux/audit.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

namespace watertight::posix {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kNative = 0;
#endif

constexpr long kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                          PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
constexpr std::size_t kPage = 4096;

/// What ptrace(2) takes is a pointer, whatever it means.
void* as_pointer(std::uint64_t value) { return reinterpret_cast<void*>(value); }

/// False where the thread was killed; every other failure is ours.
bool ask(__ptrace_request request, pid_t tid, void* address, void* data, const char* what) {
  const long result = ::ptrace(request, tid, address, data);
  if (result == -1 && errno == ESRCH) return false;
  checked(result, what, std::to_string(tid));
  return true;
}

TraceStop ended(int status) {
  TraceStop stop{.kind = TraceStop::Kind::kEnded};
  stop.status = {.was_signalled = WIFSIGNALED(status),
                 .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                 .dumped_core = WIFSIGNALED(status) && WCOREDUMP(status)};
  return stop;
}

bool stops_a_group(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

std::variant<Tracee, int> Tracee::seize(pid_t tid) {
  if (::ptrace(PTRACE_SEIZE, tid, nullptr, as_pointer(kOptions)) == 0) return Tracee(tid);
  return errno;
}

void Tracee::interrupt() const { ask(PTRACE_INTERRUPT, tid_, nullptr, nullptr, "interrupt"); }

std::optional<TraceStop> Tracee::poll_stop() const { return take_stop(WNOHANG); }

TraceStop Tracee::wait_for_stop() const { return take_stop(0).value_or(TraceStop{}); }

std::optional<TraceStop> Tracee::take_stop(int flags) const {
  using Kind = TraceStop::Kind;
  int status = 0;
  const pid_t seen = retry_eintr([&] { return ::waitpid(tid_, &status, __WALL | flags); });
  if (seen == 0) return std::nullopt;
  if (seen == -1) return TraceStop{.kind = Kind::kEnded};  // Another thread took its id (execve).
  if (!WIFSTOPPED(status)) return ended(status);
  TraceStop stop{.kind = Kind::kSignal, .signal = WSTOPSIG(status)};
  const int event = status >> 16;
  unsigned long message = 0;
  if (stop.signal == (SIGTRAP | 0x80)) {
    stop = {.kind = Kind::kCall};
  } else if (event == PTRACE_EVENT_STOP) {
    stop.kind = stops_a_group(stop.signal) ? Kind::kGroup : Kind::kHalt;
    if (stop.kind == Kind::kHalt) stop.signal = 0;
  } else if (event != 0) {
    ask(PTRACE_GETEVENTMSG, tid_, nullptr, &message, "event");
    stop = {.kind = event == PTRACE_EVENT_EXEC ? Kind::kExec : Kind::kChild,
            .other = static_cast<pid_t>(message)};
  }
  return stop;
}

bool Tracee::resume(Go how, int signal) const {
  const auto request = how == Go::kOn           ? PTRACE_CONT
                       : how == Go::kToNextCall ? PTRACE_SYSCALL
                                                : PTRACE_SINGLESTEP;
  return ask(request, tid_, nullptr, as_pointer(static_cast<unsigned>(signal)), "resume");
}

bool Tracee::stay_in_group_stop() const {
  return ask(PTRACE_LISTEN, tid_, nullptr, nullptr, "listen");
}

bool Tracee::let_go(int signal) const {
  return ask(PTRACE_DETACH, tid_, nullptr, as_pointer(static_cast<unsigned>(signal)), "detach");
}

std::optional<TracedCall> Tracee::call() const {
  __ptrace_syscall_info info{};
  if (!ask(PTRACE_GET_SYSCALL_INFO, tid_, as_pointer(sizeof info), &info, "syscall info"))
    return std::nullopt;
  TracedCall call{.is_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY,
                  .is_native = info.arch == kNative,
                  .instruction = info.instruction_pointer,
                  .stack = info.stack_pointer};
  if (call.is_entry) {
    call.number = static_cast<long>(info.entry.nr);
    std::ranges::copy(info.entry.args, call.arguments.begin());
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    call.result = info.exit.rval;
  }
  return call;
}

bool Tracee::registers(std::span<std::byte> into) const {
  iovec bytes{into.data(), into.size()};
  return ask(PTRACE_GETREGSET, tid_, as_pointer(NT_PRSTATUS), &bytes, "registers") &&
         bytes.iov_len == into.size();
}

bool Tracee::set_registers(std::span<const std::byte> from) const {
  iovec bytes{const_cast<std::byte*>(from.data()), from.size()};
  return ask(PTRACE_SETREGSET, tid_, as_pointer(NT_PRSTATUS), &bytes, "set registers");
}

std::optional<std::uint64_t> Tracee::signal_mask() const {
  std::uint64_t mask = 0;
  if (!ask(PTRACE_GETSIGMASK, tid_, as_pointer(sizeof mask), &mask, "signal mask")) return {};
  return mask;
}

bool Tracee::set_signal_mask(std::uint64_t mask) const {
  return ask(PTRACE_SETSIGMASK, tid_, as_pointer(sizeof mask), &mask, "set signal mask");
}

std::string Tracee::read_memory(std::uint64_t address, std::size_t size) const {
  std::string bytes(size, '\0');
  iovec ours{bytes.data(), size}, theirs{as_pointer(address), size};
  const ssize_t got = ::process_vm_readv(tid_, &ours, 1, &theirs, 1, 0);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

std::string Tracee::read_string(std::uint64_t address) const {
  std::string text;
  while (text.size() < kPage) {
    const std::string piece =
        read_memory(address + text.size(), kPage - (address + text.size()) % kPage);
    const std::size_t end = piece.find('\0');
    text += piece.substr(0, end);
    if (end != std::string::npos || piece.empty()) break;
  }
  return text;
}

}  // namespace watertight::posix
