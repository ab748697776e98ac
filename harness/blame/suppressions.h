// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/finding.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::blame {

/// Findings that a user has looked at and excused, in the files that Valgrind (`--suppressions=`,
/// manual-core section 2.5) and LeakSanitizer (`LSAN_OPTIONS=suppressions=`) read.
class Suppressions {
 public:
  /// Adds what a text says; `{` at the start of a line makes it Valgrind's. Throws ScenarioError
  /// with `name`, line and column of the first mistake.
  void add(std::string_view text, const std::string& name);

  /// The same with a file. Throws ScenarioError where it is not there.
  void add_file(const std::filesystem::path& file);

  /// The name of the suppression that excuses it: of Valgrind's the first line, of LeakSanitizer's
  /// the whole. Empty where none does.
  std::optional<std::string> find(const Finding& finding) const;

  std::size_t size() const { return entries_.size(); }

 private:
  struct Level {
    enum class Of { kFunction, kModule, kSource, kAny };
    Of of = Of::kAny;
    std::string pattern;
    int line = 0;  ///< kSource: 0 for any.
  };
  /// Valgrind's match a stack from its top; LeakSanitizer's a part of any frame.
  struct Entry {
    std::string name;
    std::string kind;  ///< `Leak`, `Cond`, …; for LeakSanitizer `leak`, `thread`.
    std::vector<std::string> leak_kinds;  ///< `match-leak-kinds`; empty for all.
    std::vector<Level> levels;
    bool is_valgrind = false;
  };
  class ValgrindReader;

  void add_sanitizer(std::string_view text, const std::string& name);
  static bool matches(const Entry& entry, const Finding& finding);
  static bool matches_from(const std::vector<Level>& levels, std::size_t level,
                           const std::vector<Frame>& stack, std::size_t frame);
  static bool matches_frame(const Level& level, const Frame& frame);

  std::vector<Entry> entries_;
};

}  // namespace watertight::blame
