// SPDX-License-Identifier: Apache-2.0
#include "trace/machine.h"

#if defined(__x86_64__)

#include <sys/user.h>

#include <span>

namespace watertight::trace {
namespace {

constexpr std::string_view kSyscall = "\x0f\x05";

/// What an interrupted call leaves in rax: the kernel's own numbers for "make it again", which no
/// program sees (include/linux/errno.h), and EINTR of those calls that are never made again.
constexpr std::int64_t kRestart = -512, kRestartNoInterrupt = -513, kRestartNoHandler = -514,
                       kRestartBlock = -516, kInterrupted = -4;

bool is_interrupted(std::int64_t result) {
  return result == kRestart || result == kRestartNoInterrupt || result == kRestartNoHandler ||
         result == kRestartBlock || result == kInterrupted;
}

bool read(const posix::Tracee& thread, user_regs_struct& registers) {
  return thread.registers(std::as_writable_bytes(std::span(&registers, 1)));
}

}  // namespace

bool is_supported() { return true; }

std::optional<Place> place_of(const posix::Tracee& thread) {
  user_regs_struct registers{};
  if (!read(thread, registers)) return std::nullopt;
  return Place{registers.rip, static_cast<long>(registers.rax)};
}

std::string_view call_instruction() { return kSyscall; }

bool step_back(const posix::Tracee& thread, const Wait& wait) {
  user_regs_struct registers{};
  if (!read(thread, registers)) return false;
  const bool is_there = static_cast<long>(registers.orig_rax) == wait.number &&
                        registers.rip == wait.instruction &&
                        is_interrupted(static_cast<std::int64_t>(registers.rax));
  // ppoll(2), sigsuspend(2) and their like have changed the mask for as long as they wait: what
  // is told here is the one outside of them, and setting it ends the change.
  const auto mask = thread.signal_mask();
  if (!is_there || !mask || !thread.set_signal_mask(*mask)) return false;
  registers.rip -= kSyscall.size();
  registers.rax = registers.orig_rax;
  registers.orig_rax = static_cast<unsigned long long>(-1);  // In no call: nothing to make again.
  return thread.set_registers(std::as_bytes(std::span(&registers, 1)));
}

}  // namespace watertight::trace

#endif
