// SPDX-License-Identifier: Apache-2.0
#include "blame/suppressions.h"

#include "blame/demangle.h"
#include "posix/file.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace watertight::blame {
namespace {

using proc::take_line;
using proc::take_until;
using proc::without_leading_blanks;

constexpr std::array<std::string_view, 12> kSanitizerKinds = {"leak",
                                                              "thread",
                                                              "race",
                                                              "race_top",
                                                              "mutex",
                                                              "signal",
                                                              "deadlock",
                                                              "called_from_lib",
                                                              "interceptor_name",
                                                              "interceptor_via_fun",
                                                              "interceptor_via_lib",
                                                              "odr_violation"};

std::string_view trimmed(std::string_view text) {
  text = without_leading_blanks(text);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// Valgrind's wildcards: `*` for any characters, `?` for one.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// LeakSanitizer's: a part of the text, `*` for any characters, `^` and `$` for its ends.
bool matches_part(std::string_view pattern, std::string_view text) {
  std::string whole;
  if (pattern.starts_with('^'))
    pattern.remove_prefix(1);
  else
    whole = "*";
  const bool is_end = pattern.ends_with('$');
  whole += is_end ? pattern.substr(0, pattern.size() - 1) : pattern;
  if (!is_end) whole += '*';
  return !text.empty() && matches_wildcard(whole, text);
}

[[noreturn]] void fail(const std::string& name, int line, std::size_t column,
                       std::string_view mistake) {
  throw ScenarioError(fmt::format("{}:{}:{}: {}", name, line, column, mistake));
}

/// Valgrind's own files have the mangled names of C++ and Rust; what is known here is demangled.
bool matches_function(const std::string& pattern, const std::string& function) {
  if (matches_wildcard(pattern, function)) return true;
  const std::string name = demangle(pattern);
  return name != pattern && (function == name || function.starts_with(name + "("));
}

/// The words of suppressions for a finding of a leak: `Leak_DefinitelyLost` -> `definite`.
std::string_view leak_kind_of(const Finding& finding) {
  const std::string_view kind = finding.tool_kind;
  if (kind.find("Definitely") != std::string_view::npos) return "definite";
  if (kind.find("Indirectly") != std::string_view::npos) return "indirect";
  if (kind.find("Possibly") != std::string_view::npos) return "possible";
  return finding.kind == Finding::Kind::kReachable ? "reachable" : "definite";
}

bool is_memory_left(const Finding& finding) {
  return finding.kind == Finding::Kind::kLeak || finding.kind == Finding::Kind::kReachable;
}

/// Valgrind names a size in an error's kind, or has none: `Addr4` of a suppression is InvalidRead
/// or InvalidWrite of the report, `Cond` is UninitCondition.
bool is_kind(std::string_view kind, const Finding& finding) {
  if (kind == "Leak") return is_memory_left(finding);
  if (kind == "Cond") return finding.tool_kind == "UninitCondition";
  if (kind == "Param") return finding.tool_kind == "SyscallParam";
  if (kind == "Free") return finding.tool_kind.find("Free") != std::string::npos;
  if (kind.starts_with("Value")) return finding.tool_kind == "UninitValue";
  if (kind.starts_with("Addr")) return finding.tool_kind.starts_with("Invalid");
  return kind == finding.tool_kind;
}

}  // namespace

/// Reads entries line by line: `{`, a name, `tool:kind`, what belongs to the kind, levels, `}`.
class Suppressions::ValgrindReader {
 public:
  ValgrindReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  std::vector<Entry> read() {
    std::vector<Entry> entries;
    while (next()) {
      if (line_ != "{") fail(name_, number_, column_, "expected `{`");
      entries.push_back(read_entry());
    }
    return entries;
  }

 private:
  /// The next line that says something; false at the end.
  bool next() {
    while (!rest_.empty()) {
      const std::string_view whole = take_line(rest_);
      ++number_;
      line_ = trimmed(whole);
      column_ = 1 + (whole.size() - without_leading_blanks(whole).size());
      if (!line_.empty() && line_[0] != '#') return true;
    }
    return false;
  }

  void need(std::string_view what) {
    const int opened = opened_;
    if (!next())
      fail(name_, number_, 1,
           fmt::format("the file ends before {} of the entry of line {}", what, opened));
    if (line_ == "}") fail(name_, number_, column_, fmt::format("expected {}, found `}}`", what));
  }

  Entry read_entry() {
    Entry entry;
    entry.is_valgrind = true;
    opened_ = number_;
    need("a name");
    entry.name = line_;
    need("`tool:kind`");
    std::string_view kind = line_;
    const std::string_view tools = take_until(kind, ':');
    if (kind.empty())
      fail(name_, number_, column_, fmt::format("expected `tool:kind`, found `{}`", tools));
    entry.kind = trimmed(kind);
    if (entry.kind == "Param") need("the name of a parameter");
    while (true) {
      if (!next())
        fail(name_, number_, 1,
             fmt::format("the file ends before `}}` of the entry of line {}", opened_));
      if (line_ == "}") break;
      read_level(entry);
    }
    if (entry.levels.empty()) fail(name_, number_, column_, "an entry needs a level of the stack");
    return entry;
  }

  void read_level(Entry& entry) {
    std::string_view pattern = line_;
    const std::string_view word = take_until(pattern, ':');
    pattern = trimmed(pattern);
    Level level;
    if (line_ == "...") {
      level.of = Level::Of::kAny;
    } else if (word == "match-leak-kinds") {
      while (!pattern.empty()) entry.leak_kinds.emplace_back(trimmed(take_until(pattern, ',')));
      return;
    } else if (word == "fun") {
      level.of = Level::Of::kFunction;
    } else if (word == "obj") {
      level.of = Level::Of::kModule;
    } else if (word == "src") {
      level.of = Level::Of::kSource;
      if (const auto number = proc::parse_number<int>(pattern.substr(pattern.rfind(':') + 1))) {
        level.line = *number;
        pattern = pattern.substr(0, pattern.rfind(':'));
      }
    } else {
      fail(name_, number_, column_,
           fmt::format("expected `fun:`, `obj:`, `src:`, `...` or `}}`, found `{}`", line_));
    }
    level.pattern = pattern;
    entry.levels.push_back(level);
  }

  std::string_view rest_;
  const std::string& name_;
  std::string_view line_;
  int number_ = 0, opened_ = 0;
  std::size_t column_ = 1;
};

void Suppressions::add(std::string_view text, const std::string& name) {
  const bool is_valgrind = text.starts_with('{') || text.find("\n{") != std::string_view::npos;
  if (!is_valgrind) return add_sanitizer(text, name);
  for (Entry& entry : ValgrindReader(text, name).read()) entries_.push_back(std::move(entry));
}

void Suppressions::add_sanitizer(std::string_view text, const std::string& name) {
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view whole = take_line(text);
    const std::string_view line = trimmed(whole);
    if (line.empty() || line[0] == '#') continue;
    std::string_view pattern = line;
    const std::string_view kind = take_until(pattern, ':');
    const std::size_t column = 1 + (whole.size() - without_leading_blanks(whole).size());
    if (std::ranges::find(kSanitizerKinds, kind) == kSanitizerKinds.end())
      fail(name, number, column, fmt::format("expected `leak:PATTERN`, found `{}`", line));
    if (pattern.empty()) fail(name, number, column + kind.size() + 1, "the pattern is empty");
    Entry entry;
    entry.name = line;
    entry.kind = kind;
    entry.levels = {{Level::Of::kAny, std::string(pattern), 0}};
    entries_.push_back(std::move(entry));
  }
}

void Suppressions::add_file(const std::filesystem::path& file) {
  const auto text = posix::read_file(file);
  if (!text) throw ScenarioError(fmt::format("there is no suppression file {}", file.native()));
  add(*text, file.native());
}

std::optional<std::string> Suppressions::find(const Finding& finding) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return matches(entry, finding); });
  return found == entries_.end() ? std::nullopt : std::optional(found->name);
}

bool Suppressions::matches(const Entry& entry, const Finding& finding) {
  if (!entry.is_valgrind) {
    const bool is_its_kind = entry.kind == "leak"     ? is_memory_left(finding)
                             : entry.kind == "thread" ? finding.kind == Finding::Kind::kThread
                             : entry.kind == "race"   ? finding.kind == Finding::Kind::kRace
                                                      : false;
    const std::string& pattern = entry.levels[0].pattern;
    return is_its_kind && std::ranges::any_of(finding.stack, [&](const Frame& frame) {
             return matches_part(pattern, frame.function) || matches_part(pattern, frame.file) ||
                    matches_part(pattern, frame.module);
           });
  }
  if (!is_kind(entry.kind, finding)) return false;
  const auto has = [&](std::string_view kind) {
    return std::ranges::find(entry.leak_kinds, kind) != entry.leak_kinds.end();
  };
  if (!entry.leak_kinds.empty() && !has("all") && !has(leak_kind_of(finding))) return false;
  return matches_from(entry.levels, 0, finding.stack, 0);
}

/// `...` stands for any number of frames; what follows the last level does not matter.
bool Suppressions::matches_from(const std::vector<Level>& levels, std::size_t level,
                                const std::vector<Frame>& stack, std::size_t frame) {
  if (level == levels.size()) return true;
  if (levels[level].of == Level::Of::kAny) {
    for (std::size_t from = frame; from <= stack.size(); ++from)
      if (matches_from(levels, level + 1, stack, from)) return true;
    return false;
  }
  return frame < stack.size() && matches_frame(levels[level], stack[frame]) &&
         matches_from(levels, level + 1, stack, frame + 1);
}

bool Suppressions::matches_frame(const Level& level, const Frame& frame) {
  switch (level.of) {
    case Level::Of::kFunction:
      return matches_function(level.pattern, frame.function);
    case Level::Of::kModule:
      return matches_wildcard(level.pattern, frame.module);
    case Level::Of::kSource: {
      const std::string_view file = frame.file;
      const bool is_file = matches_wildcard(level.pattern, file) ||
                           matches_wildcard(level.pattern, file.substr(file.rfind('/') + 1));
      return is_file && (level.line == 0 || level.line == frame.line);
    }
    case Level::Of::kAny:
      break;
  }
  return true;
}

}  // namespace watertight::blame
