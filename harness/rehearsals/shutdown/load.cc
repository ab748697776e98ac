// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/load.h"

#include <algorithm>
#include <utility>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Few, so that the count is up to date: the stress makes whole cycles of it.
constexpr std::uint64_t kPortion = 8;
constexpr auto kBetweenLooks = 1ms;

}  // namespace

Load::Load(launch::Daemon& daemon)
    : workload_(daemon),
      thread_([this, rate = daemon.scenario().operations_per_second] { make(rate); }) {}

Load::~Load() {
  is_over_ = true;
  if (thread_.joinable()) thread_.join();
}

void Load::make(std::optional<double> operations_per_second) {
  try {
    while (!is_over_) {
      const stress::Tally portion = workload_.next_round(
          kPortion, operations_per_second, [this] { return static_cast<int>(is_over_); });
      const std::lock_guard lock(mutex_);
      tally_ += portion;
      if (portion.attempted == 0) return;  // The daemon has ended.
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::current_exception();
  }
}

bool Load::wait_until_done(std::uint64_t operations, const posix::Deadline& deadline) const {
  for (;;) {
    const stress::Tally made = tally();
    if (made.attempted - made.failed >= operations) return true;
    if (deadline.has_passed()) return false;
    posix::pause_for(kBetweenLooks);
  }
}

stress::Tally Load::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

stress::Tally Load::end() {
  is_over_ = true;
  if (thread_.joinable()) thread_.join();
  if (trouble_) std::rethrow_exception(std::exchange(trouble_, nullptr));
  return tally_;
}

bool has_load(const Scenario& scenario) {
  return std::ranges::any_of(
      scenario.stress, [](const Stress& stress) { return stress.kind != Stress::Kind::kIdle; });
}

}  // namespace watertight::rehearsals
