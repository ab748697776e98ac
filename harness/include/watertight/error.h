// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace watertight {

/// The harness could not measure: a call failed for a reason that is not the daemon's.
///
/// Never thrown for a bad daemon (that is a value). `what()` reads "call object: reason".
class HarnessError : public std::runtime_error {
 public:
  /// `errno_value` is the errno of the failed call, or 0 where none applies.
  HarnessError(std::string_view call, std::string_view object, int errno_value);

  int errno_value() const { return errno_value_; }

 private:
  int errno_value_;
};

/// The scenario, an option or a file of the user's is wrong; exit code 2. `what()` names the place
/// (file:line:column where known), the mistake and, where there is one, the nearest right word.
class ScenarioError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace watertight
