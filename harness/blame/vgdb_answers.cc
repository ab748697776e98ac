// SPDX-License-Identifier: Apache-2.0
#include "blame/vgdb_answers.h"

#include "proc/text.h"

#include <algorithm>
#include <optional>
#include <string>

namespace watertight::blame {
namespace {

using proc::parse_number;
using proc::take_line;
using proc::take_until;
using proc::take_word;
using proc::without_leading_blanks;

/// What stands behind `==PID==`; empty for the lines of others.
std::string_view said(std::string_view line) {
  if (!line.starts_with("==")) return {};
  const std::size_t end = line.find("== ", 2);
  return end == std::string_view::npos ? std::string_view() : line.substr(end + 3);
}

/// `1,024`
std::optional<std::uint64_t> parse_amount(std::string_view word) {
  std::string digits(word);
  std::erase(digits, ',');
  return parse_number<std::uint64_t>(digits);
}

/// `(+1,024)`; 0 for `(-64)` and everything else.
std::uint64_t parse_growth(std::string_view word) {
  if (!word.starts_with("(+") || !word.ends_with(')')) return 0;
  return parse_amount(word.substr(2, word.size() - 3)).value_or(0);
}

/// `at 0x48417B4: malloc (vg_replace_malloc.c:381)`, `by 0x10B3FB: f (in /usr/bin/d)`.
bool add_level(std::string_view text, Finding& finding) {
  text = without_leading_blanks(text);
  if (!text.starts_with("at 0x") && !text.starts_with("by 0x")) return false;
  text.remove_prefix(5);
  const auto address = parse_number<std::uint64_t>(take_until(text, ':'), 16);
  if (!address) return false;
  Frame frame;
  text = without_leading_blanks(text);
  const std::size_t place = text.ends_with(')') ? text.rfind(" (") : std::string_view::npos;
  frame.function = text.substr(0, place);
  if (frame.function == "???") frame.function.clear();
  if (place != std::string_view::npos) {
    const std::string_view where = text.substr(place + 2, text.size() - place - 3);
    if (where.starts_with("in ")) {
      frame.module = where.substr(3);
    } else {
      const std::size_t colon = where.rfind(':');
      frame.file = where.substr(0, colon);
      if (colon != std::string_view::npos)
        frame.line = parse_number<int>(where.substr(colon + 1)).value_or(0);
    }
  }
  finding.stack.push_back(frame);
  finding.addresses.push_back(*address);
  return true;
}

struct LossWords {
  std::string_view words;
  std::string_view tool_kind;
};
constexpr LossWords kLosses[] = {{"are definitely lost", "Leak_DefinitelyLost"},
                                 {"are indirectly lost", "Leak_IndirectlyLost"},
                                 {"are possibly lost", "Leak_PossiblyLost"},
                                 {"are still reachable", "Leak_StillReachable"}};

/// `48 (+16) (32 (+16) direct, 16 indirect) bytes in 3 (+1) blocks are definitely lost in loss
/// record 1 of 2`
std::optional<LossRecord> parse_loss(std::string_view text) {
  if (text.find(" in loss record ") == std::string_view::npos) return std::nullopt;
  const auto loss = std::ranges::find_if(
      kLosses, [&](const LossWords& l) { return text.find(l.words) != std::string_view::npos; });
  if (loss == std::end(kLosses)) return std::nullopt;
  LossRecord record;
  record.finding.what = text;
  record.finding.tool_kind = loss->tool_kind;
  record.finding.kind =
      loss->tool_kind == "Leak_StillReachable" ? Finding::Kind::kReachable : Finding::Kind::kLeak;
  const std::size_t middle = text.find("bytes in ");
  if (middle == std::string_view::npos) return std::nullopt;
  std::string_view size = text.substr(0, middle);
  text.remove_prefix(middle + 9);
  const auto bytes = parse_amount(take_word(size));
  if (!bytes) return std::nullopt;
  record.finding.bytes = *bytes;
  record.grown_bytes = parse_growth(take_word(size));
  record.finding.blocks = parse_amount(take_word(text)).value_or(0);
  record.grown_blocks = parse_growth(take_word(text));
  return record;
}

/// `Open file descriptor 6: /a`, `Open AF_INET socket 4: 127.0.0.1:1 <-> unbound`
std::optional<Finding> parse_open(std::string_view text) {
  if (!text.starts_with("Open ")) return std::nullopt;
  Finding finding;
  finding.kind = Finding::Kind::kDescriptor;
  finding.tool_kind = "FdNotClosed";
  finding.what = text;
  finding.blocks = 1;
  while (!text.empty()) {
    std::string_view word = take_word(text);
    if (!word.ends_with(':')) continue;
    const auto fd = parse_number<int>(word.substr(0, word.size() - 1));
    if (!fd) return std::nullopt;
    finding.fd = *fd;
    return finding;
  }
  return std::nullopt;
}

}  // namespace

std::vector<LossRecord> parse_leak_check(std::string_view answer) {
  std::vector<LossRecord> records;
  bool is_in_record = false;
  while (!answer.empty()) {
    const std::string_view text = said(take_line(answer));
    if (is_in_record && add_level(text, records.back().finding)) continue;
    is_in_record = false;
    if (auto record = parse_loss(text)) {
      records.push_back(std::move(*record));
      is_in_record = true;
    }
  }
  return records;
}

std::vector<Finding> parse_open_fds(std::string_view answer) {
  std::vector<Finding> open;
  bool is_in_record = false;
  while (!answer.empty()) {
    const std::string_view text = said(take_line(answer));
    if (is_in_record && add_level(text, open.back())) continue;
    is_in_record = false;
    if (auto descriptor = parse_open(text)) {
      open.push_back(std::move(*descriptor));
      is_in_record = true;
    }
  }
  std::erase_if(open, [](const Finding& finding) { return finding.stack.empty(); });
  return open;
}

}  // namespace watertight::blame
