// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace watertight::stress {

/// What a good answer looks like: an ECMAScript regular expression, or anything at all.
class Expectation {
 public:
  /// Empty: any answer. Throws ScenarioError for a bad expression.
  explicit Expectation(const std::string& expression);

  bool is_any() const { return expression_.empty(); }
  const std::string& expression() const { return expression_; }

 private:
  friend class Answer;
  std::string expression_;
  std::regex regex_;
};

/// One answer as it arrives. Looks at its last 2 KiB at a time, so that an answer of any length
/// costs little and std::regex, which recurses over its input, cannot overflow the stack
/// (gcc.gnu.org/PR86164). A match of at most 1 KiB is found wherever it stands.
class Answer {
 public:
  void start_over();

  /// Gives true once what arrived meets the expectation, and from then on.
  bool take(std::string_view chunk, const Expectation& expectation);

  bool is_good() const { return is_good_; }
  /// The end of what arrived, for people: control characters escaped, at most 80 bytes.
  std::string excerpt() const;

 private:
  std::string window_;
  bool has_slid_ = false;  ///< The window no longer begins where the answer began.
  bool is_good_ = false;
};

}  // namespace watertight::stress
