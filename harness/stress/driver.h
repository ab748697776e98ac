// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace watertight::stress {

/// What came of some operations. Failed ones are among `attempted`.
struct Tally {
  std::uint64_t attempted = 0;
  std::uint64_t failed = 0;
  std::string first_failure{};  ///< What went wrong first, with the remedy; empty: nothing.

  Tally& operator+=(const Tally& other);
};

/// Makes operations of one kind. One file per kind.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Operations after which each of its variants had the same number of turns.
  virtual std::uint64_t cycle() const = 0;

  /// Makes exactly `operations`, a multiple of cycle(), unless `interrupted` becomes non-zero.
  virtual Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) = 0;

  /// Lets go of what a round leaves open (clients that never read); held connections stay.
  virtual void end_round() {}
};

}  // namespace watertight::stress
