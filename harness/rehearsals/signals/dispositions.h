// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace watertight::rehearsals {

/// What a process does with its signals; bit n-1 = signal n. From `/proc`, with the process
/// undisturbed.
struct Dispositions {
  std::uint64_t caught = 0;         ///< By a handler.
  std::uint64_t ignored = 0;        ///< SIG_IGN
  std::uint64_t blocked = 0;        ///< By every thread.
  std::uint64_t by_descriptor = 0;  ///< Read from a signalfd(2).
  /// Waited for by a thread in sigwait(3), which the masks in `/proc` do not show.
  std::uint64_t awaited = 0;

  /// Something of the process takes notice of it.
  bool handles(int number) const;
  /// It would end the process: neither handled nor ignored nor blocked, and its default is the end.
  bool is_ended_by(int number) const;
};

/// Empty where the process is gone.
std::optional<Dispositions> read_dispositions(pid_t pid);

/// Whether a process takes notice of a signal.
bool handles(pid_t pid, int number);

/// "HUP TERM"; "none"
std::string names_of_signals(std::uint64_t set);

constexpr std::uint64_t bit_of(int number) { return std::uint64_t{1} << (number - 1); }

}  // namespace watertight::rehearsals
