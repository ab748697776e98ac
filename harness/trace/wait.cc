// SPDX-License-Identifier: Apache-2.0
#include "trace/wait.h"

#include "posix/file.h"
#include "posix/syscall_name.h"
#include "proc/process.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <asm/unistd.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace watertight::trace {
namespace {

/// How a call is told its time limit.
enum class Told { kMilliseconds, kTimespec, kTimeval, kNever };
struct Limited {
  long number;
  std::size_t argument;
  Told told;
};
constexpr Limited kLimited[] = {
    {__NR_epoll_pwait, 3, Told::kMilliseconds},
    {__NR_ppoll, 2, Told::kTimespec},
    {__NR_pselect6, 4, Told::kTimespec},
    {__NR_nanosleep, 0, Told::kTimespec},
    {__NR_rt_sigtimedwait, 2, Told::kTimespec},
    {__NR_rt_sigsuspend, 0, Told::kNever},
    {__NR_accept, 0, Told::kNever},
    {__NR_accept4, 0, Told::kNever},
    {__NR_read, 0, Told::kNever},
    {__NR_wait4, 0, Told::kNever},
#ifdef __NR_poll  // Younger architectures do without these.
    {__NR_poll, 2, Told::kMilliseconds},
    {__NR_epoll_wait, 3, Told::kMilliseconds},
    {__NR_select, 4, Told::kTimeval},
    {__NR_pause, 0, Told::kNever},
#endif
};

/// clock_nanosleep(2): which clock, until when or for how long.
constexpr std::size_t kSleepFlags = 1, kSleepTime = 2;

/// Of a timespec, or of a timeval where `unit` is a microsecond.
TimeLimit read_time(const posix::Tracee& thread, std::uint64_t address,
                    std::chrono::nanoseconds unit) {
  if (address == 0) return {.is_known = true};
  std::int64_t parts[2] = {};
  const std::string bytes = thread.read_memory(address, sizeof parts);
  if (bytes.size() != sizeof parts) return {};
  std::memcpy(parts, bytes.data(), sizeof parts);
  return {.is_known = true, .time = std::chrono::seconds(parts[0]) + parts[1] * unit};
}

std::string text_of(posix::Clock::duration time) {
  return fmt::format("{:.4g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

std::optional<Wait> parse_wait(std::string_view text) {
  std::string_view rest = proc::take_line(text);
  Wait wait;
  const auto number = proc::parse_number<long>(proc::take_word(rest));
  if (!number || *number < 0) return std::nullopt;
  wait.number = *number;
  const auto take = [&rest](std::uint64_t& value) {
    std::string_view word = proc::take_word(rest);
    if (!word.starts_with("0x")) return false;
    const auto parsed = proc::parse_number<std::uint64_t>(word.substr(2), 16);
    value = parsed.value_or(0);
    return parsed.has_value();
  };
  const bool is_whole =
      std::ranges::all_of(wait.arguments, take) && take(wait.stack) && take(wait.instruction);
  return is_whole ? std::optional(wait) : std::nullopt;
}

std::optional<Waits> read_waits(pid_t pid) try {
  const auto threads = proc::read_thread_activity(pid);
  if (!threads || threads->empty()) return std::nullopt;
  Waits waits;
  for (const proc::ThreadActivity& thread : *threads) {
    const auto text = posix::read_file(fmt::format("/proc/{}/task/{}/syscall", pid, thread.tid));
    const auto wait = parse_wait(text.value_or(""));
    if (!wait) return std::nullopt;
    waits.emplace(thread.tid, *wait);
  }
  return waits;
} catch (const HarnessError& error) {
  if (error.errno_value() != EACCES && error.errno_value() != EPERM) throw;
  return std::nullopt;
}

bool are_same_places(const Waits& now, const Waits& before) {
  return std::ranges::equal(now, before, [](const auto& one, const auto& other) {
    return one.first == other.first && one.second.is_same_place(other.second);
  });
}

TimeLimit time_limit_of(const posix::Tracee& thread, const Wait& wait) {
  if (wait.number == __NR_clock_nanosleep) {
    if ((wait.arguments[kSleepFlags] & TIMER_ABSTIME) != 0) return {};
    return read_time(thread, wait.arguments[kSleepTime], std::chrono::nanoseconds(1));
  }
  const auto* const row = std::ranges::find(kLimited, wait.number, &Limited::number);
  if (row == std::end(kLimited)) return {};
  const std::uint64_t argument = wait.arguments[row->argument];
  switch (row->told) {
    case Told::kNever:
      return {.is_known = true};
    case Told::kTimespec:
      return read_time(thread, argument, std::chrono::nanoseconds(1));
    case Told::kTimeval:
      return read_time(thread, argument, std::chrono::microseconds(1));
    case Told::kMilliseconds:
      break;
  }
  const auto milliseconds = static_cast<std::int32_t>(argument);
  if (milliseconds < 0) return {.is_known = true};
  return {.is_known = true, .time = std::chrono::milliseconds(milliseconds)};
}

std::string describe(const Wait& wait, const TimeLimit& limit) {
  const std::string name = posix::syscall_name(wait.number);
  if (!limit.is_known) return name;
  if (!limit.time) return name + " (without a time limit)";
  return fmt::format("{} (at most {})", name, text_of(*limit.time));
}

}  // namespace watertight::trace
