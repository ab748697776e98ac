// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/process.h"

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace watertight::posix {

/// Why a traced thread stands still (ptrace(2), of a thread that was seized).
struct TraceStop {
  enum class Kind {
    kCall,    ///< At the entry or the exit of a system call.
    kSignal,  ///< `signal` is about to be delivered; SIGTRAP after a step.
    kChild,   ///< It has made a process or a thread: `other`, which is seized as well.
    kExec,    ///< It executes another program; its thread id was `other` before.
    kGroup,   ///< SIGSTOP or its like stopped the whole process.
    kHalt,    ///< interrupt(), or the first stop of a new thread.
    kEnded,   ///< `status` is known where it was the last thread of its process.
  };
  Kind kind = Kind::kHalt;
  int signal = 0;
  pid_t other = 0;
  ExitStatus status{};
};

/// A system call at which a traced thread stands. Kernel 5.3.
struct TracedCall {
  bool is_entry = false;
  bool is_native = false;                    ///< By the conventions of this build: not 32-bit.
  long number = -1;                          ///< At the entry.
  std::array<std::uint64_t, 6> arguments{};  ///< At the entry.
  std::int64_t result = 0;                   ///< At the exit; -errno where it failed.
  std::uint64_t instruction = 0, stack = 0;  ///< Program counter and stack pointer.
};

/// One thread that this thread of ours traces: nobody else may ask for its stops. It is seized, so
/// it runs on undisturbed until it is told otherwise, and dies with SIGKILL should the harness end
/// before it is let go. Everything but interrupt() and poll_stop() needs it to stand still, and is
/// empty or false where it was killed meanwhile.
///
/// One that dies stays a zombie, and its pidfd quiet, until poll_stop() has told kEnded.
class Tracee {
 public:
  enum class Go { kOn, kToNextCall, kOneInstruction };

  /// The reason (errno) where this is not allowed, EPERM, or there is no such thread, ESRCH.
  static std::variant<Tracee, int> seize(pid_t tid);
  /// One that the kernel has seized already, as the child of another.
  explicit Tracee(pid_t tid) : tid_(tid) {}

  pid_t tid() const { return tid_; }

  void interrupt() const;                      ///< It will stop soon, in whatever it does.
  std::optional<TraceStop> poll_stop() const;  ///< Reaps it where it has ended.
  /// The same, waiting: only for who stops for certain, after one instruction that is no call.
  TraceStop wait_for_stop() const;
  bool resume(Go how, int signal = 0) const;  ///< `signal` 0: the one that stopped it is dropped.
  bool stay_in_group_stop() const;            ///< Until SIGCONT; from kGroup only.
  bool let_go(int signal = 0) const;          ///< Not traced any more.

  std::optional<TracedCall> call() const;  ///< From kCall only.
  bool registers(std::span<std::byte> into) const;
  bool set_registers(std::span<const std::byte> from) const;
  /// What it blocks outside of a wait that changes the mask, as ppoll(2) does; bit n-1 = signal n.
  std::optional<std::uint64_t> signal_mask() const;
  bool set_signal_mask(std::uint64_t mask) const;

  /// Up to `size` bytes; fewer where what follows is not mapped.
  std::string read_memory(std::uint64_t address, std::size_t size) const;
  /// Up to the NUL, at most 4 KiB.
  std::string read_string(std::uint64_t address) const;

 private:
  std::optional<TraceStop> take_stop(int flags) const;

  pid_t tid_;
};

}  // namespace watertight::posix
