// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file How this room speaks of mistyped words and reads numbers. Private to the room and to cli.

#include <string>
#include <string_view>
#include <vector>

namespace watertight::scenario {

/// The end of a message about an unknown word: "; did you mean `x`?", or, where none is near,
/// "; known are: a, b, c".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// A number with what follows it: "250ms" is 250 and "ms".
struct Quantity {
  double value = 0;
  std::string_view unit;  ///< Rest of the text, a view into it.
};

/// Digits with an optional fraction; no sign, no exponent. Throws ScenarioError with `what` and
/// `example`.
Quantity parse_quantity(std::string_view text, std::string_view what, std::string_view example);

}  // namespace watertight::scenario
