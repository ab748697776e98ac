// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer_report.h"

#include "proc/text.h"

#include <fmt/format.h>

#include <optional>

namespace watertight::blame {
namespace {

using proc::parse_number;
using proc::take_line;
using proc::take_until;
using proc::take_word;
using proc::without_leading_blanks;

constexpr std::string_view kNowhere = std::string_view();

/// What stands behind a mark; empty where the line has none.
std::string_view after(std::string_view line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  return at == std::string_view::npos ? kNowhere : line.substr(at + mark.size());
}

/// Cuts ` (MARK…)` off the end, and gives what stands in it.
std::optional<std::string_view> take_last_bracket(std::string_view& text) {
  if (!text.ends_with(')')) return std::nullopt;
  const std::size_t open = text.rfind(" (");
  if (open == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(open + 2, text.size() - open - 3);
  text = text.substr(0, open);
  return inside;
}

/// `/src/a.c:7:3` or `/src/a.c:7`
bool parse_source(std::string_view word, Frame& frame) {
  std::optional<int> last;
  for (int part = 0; part < 2; ++part) {
    const std::size_t colon = word.rfind(':');
    const auto number =
        colon == std::string_view::npos ? std::nullopt : parse_number<int>(word.substr(colon + 1));
    if (!number) break;
    last = number;
    word = word.substr(0, colon);
  }
  if (!last) return false;
  frame.file = word;
  frame.line = *last;
  return true;
}

/// `#1 0x55a5 in keep /src/a.c:9`, `#3 0x55a5 in _start (/bin/d+0x11)`,
/// `#0 0x55a5  (/bin/d+0x11) (BuildId: aa0b)`, `#0 work /src/a.c:22 (d+0x12)`.
bool add_frame(std::string_view line, Finding& finding) {
  std::string_view text = without_leading_blanks(line);
  if (!text.starts_with('#') || !parse_number<int>(take_word(text).substr(1))) return false;
  text = without_leading_blanks(text);
  std::uint64_t address = 0;
  if (text.starts_with("0x")) {
    address = parse_number<std::uint64_t>(take_word(text).substr(2), 16).value_or(0);
    text = text.starts_with(" in ") ? text.substr(4) : text;
  }
  Frame frame;
  std::string_view rest = text;
  auto inside = take_last_bracket(rest);
  if (inside && inside->starts_with("BuildId: "))
    inside = take_last_bracket(text = rest);
  else if (inside)
    text = rest;
  const std::size_t plus = inside ? inside->rfind("+0x") : std::string_view::npos;
  if (plus != std::string_view::npos) {
    frame.module = inside->substr(0, plus);
    frame.offset = parse_number<std::uint64_t>(inside->substr(plus + 3), 16).value_or(0);
  } else if (inside) {  // Parameters of the function.
    text = std::string_view(text.data(), text.size() + inside->size() + 3);
  }
  const std::size_t blank = text.rfind(' ');
  const std::string_view last = text.substr(blank == std::string_view::npos ? 0 : blank + 1);
  if (parse_source(last, frame) || last == "<null>")
    text = text.substr(0, text.size() - last.size());
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text != "<null>") frame.function = without_leading_blanks(text);
  finding.stack.push_back(frame);
  finding.addresses.push_back(address);
  return true;
}

/// `Direct leak of 64 byte(s) in 1 object(s) allocated from:`
std::optional<Finding> parse_leak(std::string_view line) {
  const bool is_direct = line.starts_with("Direct leak of ");
  std::string_view text = after(line, "irect leak of ");
  if (text.empty()) return std::nullopt;
  Finding finding;
  finding.kind = Finding::Kind::kLeak;
  finding.tool_kind = is_direct ? "Direct leak" : "Indirect leak";
  finding.what = line.substr(0, line.find(" allocated from:"));
  finding.bytes = parse_number<std::uint64_t>(take_word(text)).value_or(0);
  text = after(text, " in ");
  finding.blocks = parse_number<std::uint64_t>(take_word(text)).value_or(0);
  return finding;
}

Finding::Kind kind_of_thread_error(std::string_view what) {
  if (what.starts_with("data race") || what.starts_with("race")) return Finding::Kind::kRace;
  if (what.starts_with("thread leak")) return Finding::Kind::kThread;
  return Finding::Kind::kUndefined;
}

/// The first line of an error.
std::optional<Finding> parse_error(std::string_view line) {
  if (auto leak = parse_leak(line)) return leak;
  Finding finding;
  finding.blocks = 1;
  if (std::string_view what = after(line, "ERROR: AddressSanitizer: "); !what.empty()) {
    finding.kind = Finding::Kind::kMemory;
    finding.what = what.substr(0, what.find(" on address "));
    finding.tool_kind = take_word(what);
  } else if (what = after(line, "WARNING: ThreadSanitizer: "); !what.empty()) {
    finding.what = what.substr(0, what.find(" (pid="));
    finding.tool_kind = finding.what;
    finding.kind = kind_of_thread_error(what);
  } else if (what = after(line, ": runtime error: "); !what.empty()) {
    finding.kind = Finding::Kind::kUndefined;
    finding.what = what;
    finding.tool_kind = "undefined behaviour";
    Frame place;
    if (parse_source(line.substr(0, line.find(": runtime error: ")), place))
      finding.stack = {place};
  } else {
    return std::nullopt;
  }
  return finding;
}

/// Reads line by line; knows whether the stack that is wanted is still to come.
class Reader {
 public:
  void read(std::string_view line) {
    if (auto error = parse_error(line)) {
      report.findings.push_back(std::move(*error));
      has_stack_ = is_in_stack_ = false;
      return;
    }
    if (line.find("LeakSanitizer has encountered a fatal error") != std::string_view::npos)
      report.could_not_look = "LeakSanitizer has encountered a fatal error";
    if (line.find("does not work under ptrace") != std::string_view::npos)
      report.could_not_look = "LeakSanitizer does not work under ptrace (strace, gdb)";
    if (report.findings.empty()) return;
    if (std::string_view more = after(line, "  And ");
        line.find(" similar thread leak") != std::string_view::npos)
      report.findings.back().blocks += parse_number<std::uint64_t>(take_word(more)).value_or(0);
    read_stack(line);
  }

  SanitizerReport report;

 private:
  void read_stack(std::string_view line) {
    Finding& finding = report.findings.back();
    if (has_stack_) return;
    Finding level;
    if (!add_frame(line, level)) {
      has_stack_ = is_in_stack_;
      return;
    }
    if (!is_in_stack_) finding.stack.clear();  // What UBSan said of the place, the stack says too.
    is_in_stack_ = true;
    finding.stack.push_back(level.stack[0]);
    finding.addresses.push_back(level.addresses[0]);
  }

  bool is_in_stack_ = false, has_stack_ = false;
};

}  // namespace

SanitizerReport parse_sanitizer_report(std::string_view text) {
  Reader reader;
  while (!text.empty()) reader.read(take_line(text));
  return std::move(reader.report);
}

void add_names(Finding& finding, Symbols& symbols) {
  std::vector<Frame> stack;
  std::vector<std::uint64_t> addresses;
  for (std::size_t i = 0; i < finding.stack.size(); ++i) {
    const Frame& frame = finding.stack[i];
    std::vector<Frame> named = {frame};
    if (frame.function.empty() && frame.module.starts_with('/'))
      named = symbols.resolve(CodePlace{frame.module, frame.module, frame.offset});
    stack.insert(stack.end(), named.begin(), named.end());
    addresses.insert(addresses.end(), named.size(),
                     i < finding.addresses.size() ? finding.addresses[i] : 0);
  }
  finding.stack = std::move(stack);
  finding.addresses = std::move(addresses);
}

}  // namespace watertight::blame
