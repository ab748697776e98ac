// SPDX-License-Identifier: Apache-2.0
#include "stress/rounds.h"

#include "posix/clock.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace watertight::stress {
namespace {

using std::chrono::duration;

constexpr auto kSlice = std::chrono::milliseconds(5);
constexpr auto kInterruptEvery = std::chrono::milliseconds(10);

/// False where interrupted before `time`.
bool wait_until(posix::Clock::time_point time, const std::function<int()>& interrupted) {
  for (;;) {
    const auto left = time - posix::Clock::now();
    if (left <= posix::Clock::duration::zero()) return true;
    if (interrupted && interrupted() != 0) return false;
    posix::pause_for(std::min<posix::Clock::duration>(left, kInterruptEvery));
  }
}

}  // namespace

Rounds::Rounds(std::vector<std::unique_ptr<Driver>> drivers) : drivers_(std::move(drivers)) {
  for (const auto& driver : drivers_) share_ = std::lcm(share_, driver->cycle());
}

Tally Rounds::next(std::uint64_t operations, std::optional<double> operations_per_second,
                   const std::function<int()>& interrupted) {
  const std::uint64_t cycles = (operations + cycle() - 1) / cycle();
  std::uint64_t slice = cycles;
  if (operations_per_second) {
    const double fitting =
        *operations_per_second * duration<double>(kSlice).count() / static_cast<double>(cycle());
    slice = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(fitting));
  }

  Tally tally;
  const auto start = posix::Clock::now();
  for (std::uint64_t made = 0; made < cycles;) {
    const std::uint64_t now = std::min(slice, cycles - made);
    if (!perform(now, interrupted, tally)) break;
    made += now;
    if (!operations_per_second) continue;
    const duration<double> due(static_cast<double>(made * cycle()) / *operations_per_second);
    if (!wait_until(start + std::chrono::ceil<posix::Clock::duration>(due), interrupted)) break;
  }
  for (const auto& driver : drivers_) driver->end_round();
  return tally;
}

bool Rounds::perform(std::uint64_t cycles, const std::function<int()>& interrupted, Tally& tally) {
  for (const auto& driver : drivers_) {
    const Tally turn = driver->perform(cycles * share_, interrupted);
    tally += turn;
    if (turn.attempted < cycles * share_) return false;
  }
  return true;
}

}  // namespace watertight::stress
