// SPDX-License-Identifier: Apache-2.0
#include "run/turns.h"

#include <algorithm>
#include <chrono>

namespace watertight::run {

std::optional<double> Turning::period() const {
  if (turns == 0 || seconds <= 0) return std::nullopt;
  return seconds / static_cast<double>(turns);
}

TurnCounter::TurnCounter(const std::vector<pid_t>& processes) {
  for (const pid_t pid : processes)
    for (const auto& thread : proc::read_thread_activity(pid).value_or(Activities()))
      threads_[{pid, thread.tid}].waits = thread.waits;
}

void TurnCounter::look() {
  ++looks_;
  for (auto same = threads_.begin(); same != threads_.end();) {
    const pid_t pid = same->first.first;
    const auto activities = proc::read_thread_activity(pid).value_or(Activities());
    const auto now = posix::Clock::now();
    for (; same != threads_.end() && same->first.first == pid; ++same) {
      const auto found =
          std::ranges::find(activities, same->first.second, &proc::ThreadActivity::tid);
      Thread& thread = same->second;
      if (found == activities.end()) continue;
      if (found->state == 'R') ++thread.runs;
      if (found->waits == thread.waits) continue;
      thread.waits = found->waits;
      thread.last = now;
      if (!thread.first) thread.first = {now, thread.waits};
    }
  }
}

std::vector<Turning> TurnCounter::turnings() const {
  std::vector<Turning> all;
  for (const auto& [id, thread] : threads_) {
    Turning& turning = all.emplace_back();
    if (looks_ > 0)
      turning.running = static_cast<double>(thread.runs) / static_cast<double>(looks_);
    if (!thread.first) continue;
    turning.turns = thread.waits - thread.first->second;
    turning.seconds = std::chrono::duration<double>(thread.last - thread.first->first).count();
  }
  return all;
}

std::uint64_t TurnCounter::most_turns() const {
  std::uint64_t most = 0;
  for (const Turning& turning : turnings()) most = std::max(most, turning.turns);
  return most;
}

}  // namespace watertight::run
