// SPDX-License-Identifier: Apache-2.0
#include "stress/signal.h"

#include "proc/process.h"
#include "stress/quiescence.h"

#include <fmt/format.h>
#include <watertight/error.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

namespace watertight::stress {
namespace {

constexpr auto kFirstGap = std::chrono::microseconds(50);
constexpr auto kLongestGap = std::chrono::milliseconds(2);

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> number_of(std::string_view name) {
  if (const auto number = parse_number(name)) return number;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  if (name.starts_with("RTMIN")) {
    name.remove_prefix(5);
    if (name.empty()) return SIGRTMIN;
    if (name.front() != '+') return std::nullopt;
    const auto offset = parse_number(name.substr(1));
    return offset ? std::optional(SIGRTMIN + *offset) : std::nullopt;
  }
  for (int number = 1; number < NSIG; ++number) {
    const char* known = sigabbrev_np(number);
    if (known != nullptr && name == known) return number;
  }
  return std::nullopt;
}

}  // namespace

int parse_signal(std::string_view name) {
  const auto number = number_of(name);
  if (number && *number >= 1 && *number <= SIGRTMAX) return *number;
  throw ScenarioError(
      fmt::format("stress signal:{}: no such signal; write HUP, USR1, RTMIN+2 or a number", name));
}

Signal::Signal(const posix::ProcessHandle& process, std::string name,
               posix::Clock::duration timeout)
    : process_(process), name_(std::move(name)), number_(parse_signal(name_)), timeout_(timeout) {}

Tally Signal::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  Tally tally;
  while (tally.attempted < operations && !(interrupted && interrupted() != 0)) {
    const std::string failure = send_once();
    ++tally.attempted;
    if (failure.empty()) continue;
    ++tally.failed;
    if (tally.first_failure.empty())
      tally.first_failure = fmt::format("signal:{}: {}", name_, failure);
  }
  return tally;
}

std::string Signal::send_once() {
  const posix::Deadline deadline(timeout_);
  if (!process_.signal(number_)) return "the daemon is gone";
  posix::Clock::duration gap = kFirstGap;
  while (is_pending()) {
    if (deadline.has_passed()) {
      return fmt::format("still pending after {} s: the daemon blocks it and does not take it",
                         std::chrono::duration<double>(timeout_).count());
    }
    posix::pause_for(gap);
    gap = std::min<posix::Clock::duration>(gap * 2, kLongestGap);
  }
  wait_until_quiet([this] { return std::vector{process_.pid()}; }, deadline.left());
  return process_.has_ended() ? "the daemon ended; does it handle this signal?" : "";
}

bool Signal::is_pending() const {
  const auto status = proc::read_status(process_.pid());
  return status && (status->pending >> (number_ - 1) & 1) != 0;
}

}  // namespace watertight::stress
