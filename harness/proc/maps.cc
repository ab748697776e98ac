// SPDX-License-Identifier: Apache-2.0
#include "proc/folder.h"
#include "proc/process.h"
#include "proc/text.h"

namespace watertight::proc {
namespace {

constexpr std::uint64_t kLargestGuard = 64 * 1024;   // one page, and pages have at most 64 KiB
constexpr std::uint64_t kSmallestStack = 12 * 1024;  // PTHREAD_STACK_MIN less the guard

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  return parse_number<std::uint64_t>(text, 16);
}

/// `start-end permissions offset major:minor inode      path`
std::optional<Mapping> parse_mapping(std::string_view line) {
  std::string_view range = take_word(line);
  const auto start = parse_hex(take_until(range, '-'));
  const auto end = parse_hex(range);
  const std::string_view permissions = take_word(line);
  const auto offset = parse_hex(take_word(line));
  std::string_view device = take_word(line);
  const auto major = parse_hex(take_until(device, ':'));
  const auto minor = parse_hex(device);
  const auto inode = parse_number<std::uint64_t>(take_word(line));
  if (!start || !end || *end < *start || permissions.size() != 4 || !offset || !major || !minor ||
      !inode) {
    return std::nullopt;
  }
  return Mapping{.start = *start,
                 .end = *end,
                 .permissions = std::string(permissions),
                 .offset = *offset,
                 .device_major = *major,
                 .device_minor = *minor,
                 .inode = *inode,
                 .path = std::string(without_leading_blanks(line))};
}

bool is_anonymous(const Mapping& mapping) {
  // Since Linux 5.17 prctl(PR_SET_VMA_ANON_NAME) may name them.
  return mapping.inode == 0 && (mapping.path.empty() || mapping.path.starts_with("[anon:"));
}

bool is_guarded_stack(const Mapping& guard, const Mapping& stack) {
  return is_anonymous(guard) && guard.permissions == "---p" &&
         guard.end - guard.start <= kLargestGuard && is_anonymous(stack) &&
         stack.permissions.starts_with("rw") && stack.permissions[3] == 'p' &&
         stack.start == guard.end && stack.end - stack.start >= kSmallestStack;
}

}  // namespace

std::vector<Mapping> parse_maps(std::string_view text) {
  std::vector<Mapping> mappings;
  while (!text.empty()) {
    if (auto mapping = parse_mapping(take_line(text))) mappings.push_back(std::move(*mapping));
  }
  return mappings;
}

std::optional<std::vector<Mapping>> read_maps(pid_t pid) {
  const auto text = read_text(pid, "maps");
  if (!text) return std::nullopt;
  return parse_maps(*text);
}

std::uint64_t count_unjoined_stacks(const std::vector<Mapping>& mappings,
                                    std::uint64_t live_threads) {
  std::uint64_t stacks = 0;
  for (std::size_t i = 1; i < mappings.size(); ++i) {
    if (is_guarded_stack(mappings[i - 1], mappings[i])) ++stacks;
  }
  // The main thread lives on `[stack]`.
  const std::uint64_t in_use = live_threads > 0 ? live_threads - 1 : 0;
  return stacks > in_use ? stacks - in_use : 0;
}

}  // namespace watertight::proc
