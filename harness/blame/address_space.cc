// SPDX-License-Identifier: Apache-2.0
#include "blame/address_space.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace watertight::blame {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

}  // namespace

void AddressSpace::add(const std::vector<proc::Mapping>& maps) {
  std::string module;
  std::uint64_t module_start = 0;
  for (const proc::Mapping& mapping : maps) {
    if (!mapping.path.starts_with('/')) continue;
    // A file that is mapped from its start begins a module; what follows of it belongs to that.
    if (mapping.offset == 0 || mapping.path != module) {
      module = mapping.path;
      module_start = mapping.start - (mapping.offset < mapping.start ? mapping.offset : 0);
    }
    Range range{mapping.end, module_start, module, module};
    if (module.ends_with(kDeleted)) {
      range.module.resize(module.size() - kDeleted.size());
      range.file =
          pid_ ? fmt::format("/proc/{}/map_files/{:x}-{:x}", pid_, mapping.start, mapping.end) : "";
    }
    take(mapping.start, range);
  }
}

/// Puts in a range, and cuts away what older ones have of it.
void AddressSpace::take(std::uint64_t start, const Range& range) {
  auto next = ranges_.lower_bound(start);
  if (next != ranges_.begin()) {
    Range& before = std::prev(next)->second;
    if (before.end > range.end) ranges_.emplace_hint(next, range.end, before);
    if (before.end > start) before.end = start;
  }
  while (next != ranges_.end() && next->first < range.end) {
    if (next->second.end > range.end) ranges_.emplace(range.end, next->second);
    next = ranges_.erase(next);
  }
  ranges_.insert_or_assign(start, range);
}

std::optional<CodePlace> AddressSpace::find(std::uint64_t address) const {
  auto after = ranges_.upper_bound(address);
  if (after == ranges_.begin()) return std::nullopt;
  const Range& range = std::prev(after)->second;
  if (address >= range.end) return std::nullopt;
  return CodePlace{range.module, range.file, address - range.module_start};
}

}  // namespace watertight::blame
