// SPDX-License-Identifier: Apache-2.0
//
// By the book, and untested: arch/arm64/kernel/signal.c, do_signal(), and ptrace.c of Linux 6.1.
#include "trace/machine.h"

#if defined(__aarch64__)

#include "posix/clock.h"

#include <sys/user.h>

#include <span>

namespace watertight::trace {
namespace {

constexpr std::string_view kSvc("\x01\x00\x00\xd4", 4);  // svc #0
constexpr std::size_t kCallRegister = 8;
constexpr auto kMostToStop = std::chrono::milliseconds(200);

bool read(const posix::Tracee& thread, user_regs_struct& registers) {
  return thread.registers(std::as_writable_bytes(std::span(&registers, 1)));
}

/// Right before the instruction, with what it takes.
bool put_before(const posix::Tracee& thread, const Wait& wait, long call) {
  user_regs_struct registers{};
  if (!read(thread, registers)) return false;
  registers.pc = wait.instruction - kSvc.size();
  registers.regs[0] = wait.arguments[0];
  registers.regs[kCallRegister] = static_cast<unsigned long long>(call);
  return thread.set_registers(std::as_bytes(std::span(&registers, 1)));
}

bool goes_to_next_call(const posix::Tracee& thread) {
  const posix::Deadline deadline(kMostToStop);
  if (!thread.resume(posix::Tracee::Go::kToNextCall)) return false;
  while (!deadline.has_passed()) {
    if (const auto stop = thread.poll_stop()) return stop->kind == posix::TraceStop::Kind::kCall;
    posix::pause_for(std::chrono::microseconds(20));
  }
  return false;
}

}  // namespace

bool is_supported() { return true; }

std::optional<Place> place_of(const posix::Tracee& thread) {
  user_regs_struct registers{};
  if (!read(thread, registers)) return std::nullopt;
  return Place{registers.pc, static_cast<long>(registers.regs[kCallRegister])};
}

std::string_view call_instruction() { return kSvc; }

/// The kernel has put a call that is to be made again before its instruction by itself, but a
/// handler that runs now makes it EINTR. So a call that does not exist is made in its place: when
/// that has returned there is nothing to make again.
bool step_back(const posix::Tracee& thread, const Wait& wait) {
  user_regs_struct registers{};
  const auto mask = thread.signal_mask();
  if (!read(thread, registers) || !mask || !thread.set_signal_mask(*mask)) return false;
  const bool is_there =
      registers.pc == wait.instruction || registers.pc == wait.instruction - kSvc.size();
  constexpr long kNoCall = -1;
  return is_there && put_before(thread, wait, kNoCall) && goes_to_next_call(thread) &&
         goes_to_next_call(thread) && put_before(thread, wait, wait.number);
}

}  // namespace watertight::trace

#endif
