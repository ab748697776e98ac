// SPDX-License-Identifier: Apache-2.0
#include "stress/quiescence.h"

#include "proc/process.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace watertight::stress {
namespace {

constexpr auto kFirstGap = std::chrono::microseconds(300);
constexpr auto kLongestGap = std::chrono::milliseconds(5);

/// What one look at the tree saw. A process that was born or ended since makes two looks differ.
using Look = std::vector<std::pair<pid_t, std::vector<proc::ThreadActivity>>>;

Look look_at(std::vector<pid_t> processes) {
  std::ranges::sort(processes);
  Look look;
  look.reserve(processes.size());
  for (const pid_t pid : processes) {
    if (auto threads = proc::read_thread_activity(pid)) look.emplace_back(pid, std::move(*threads));
  }
  return look;
}

/// Asleep, or in no state to run: stopped, traced, dead, an idle kernel thread.
bool is_still(const proc::ThreadActivity& thread) {
  return std::string_view("STtZXI").find(thread.state) != std::string_view::npos;
}

bool is_still(const Look& look) {
  return std::ranges::all_of(look, [](const auto& process) {
    return std::ranges::all_of(process.second, [](const auto& thread) { return is_still(thread); });
  });
}

}  // namespace

bool wait_until_quiet(const std::function<std::vector<pid_t>()>& processes,
                      posix::Clock::duration cap) {
  const posix::Deadline deadline(cap);
  posix::Clock::duration gap = kFirstGap;
  Look last = look_at(processes());
  do {
    posix::pause_for(gap);
    Look next = look_at(processes());
    if (is_still(next) && next == last) return true;
    last = std::move(next);
    gap = std::min<posix::Clock::duration>(gap * 2, kLongestGap);
  } while (!deadline.has_passed());
  return false;
}

}  // namespace watertight::stress
