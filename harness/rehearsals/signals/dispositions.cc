// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/dispositions.h"

#include "posix/file.h"
#include "posix/memory_of.h"
#include "posix/syscall_name.h"
#include "proc/files.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <sstream>
#include <string_view>

namespace watertight::rehearsals {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};
/// Stop, continue, or nothing: the rest ends a process by default (signal(7)).
constexpr std::uint64_t kHarmless = bit_of(SIGCHLD) | bit_of(SIGCONT) | bit_of(SIGSTOP) |
                                    bit_of(SIGTSTP) | bit_of(SIGTTIN) | bit_of(SIGTTOU) |
                                    bit_of(SIGURG) | bit_of(SIGWINCH);

/// Empty where it is gone, or not ours to read.
std::string text_of(const std::string& path) {
  try {
    return posix::read_file(path).value_or("");
  } catch (const HarnessError&) {
    return "";
  }
}

/// What a thread that sits in sigtimedwait(2) waits for: the set is in its memory.
std::uint64_t awaited_by(pid_t pid, pid_t thread) {
  std::istringstream call(text_of(fmt::format("/proc/{}/task/{}/syscall", pid, thread)));
  long number = -1;
  std::uint64_t set = 0;
  if (!(call >> number) || posix::syscall_name(number) != "rt_sigtimedwait") return 0;
  if (!(call >> std::hex >> set)) return 0;
  return posix::read_word_of(pid, set).value_or(0);
}

/// `sigmask:` of the signalfds.
std::uint64_t read_by_descriptors_of(pid_t pid) {
  std::uint64_t sets = 0;
  const auto files = proc::read_open_files(pid);
  for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{})) {
    if (file.target != "anon_inode:[signalfd]") continue;
    const std::string text = text_of(fmt::format("/proc/{}/fdinfo/{}", pid, file.fd));
    constexpr std::string_view kKey = "sigmask:";
    const auto at = text.find(kKey);
    if (at != std::string::npos) sets |= std::stoull(text.substr(at + kKey.size()), nullptr, 16);
  }
  return sets;
}

}  // namespace

bool Dispositions::handles(int number) const {
  return ((caught | by_descriptor | awaited) & bit_of(number)) != 0;
}

bool Dispositions::is_ended_by(int number) const {
  const std::uint64_t safe = caught | ignored | blocked | by_descriptor | awaited | kHarmless;
  return (safe & bit_of(number)) == 0;
}

std::optional<Dispositions> read_dispositions(pid_t pid) {
  const auto status = proc::read_status(pid);
  const auto threads = proc::read_thread_activity(pid);
  if (!status || !threads) return std::nullopt;
  Dispositions all{.caught = status->caught, .ignored = status->ignored, .blocked = kAll};
  for (const proc::ThreadActivity& thread : *threads) {
    const auto one =
        proc::parse_status(text_of(fmt::format("/proc/{}/task/{}/status", pid, thread.tid)));
    if (one) all.blocked &= one->blocked;
    all.awaited |= awaited_by(pid, thread.tid);
  }
  all.by_descriptor = read_by_descriptors_of(pid);
  return all;
}

bool handles(pid_t pid, int number) {
  const auto all = read_dispositions(pid);
  return all && all->handles(number);
}

std::string names_of_signals(std::uint64_t set) {
  std::string names;
  for (int number = 1; number <= 64; ++number) {
    if ((set & bit_of(number)) == 0) continue;
    const char* const name = sigabbrev_np(number);
    names += (names.empty() ? "" : " ") + (name ? std::string(name) : std::to_string(number));
  }
  return names.empty() ? "none" : names;
}

}  // namespace watertight::rehearsals
