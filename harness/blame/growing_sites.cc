// SPDX-License-Identifier: Apache-2.0
#include "blame/growing_sites.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace watertight::blame {
namespace {

std::string key_of(const Finding& finding) {
  std::string key;
  for (std::size_t i = 0; i < finding.stack.size(); ++i) {
    const Frame& frame = finding.stack[i];
    key += fmt::format("{}\n{}:{}\n{}\n", frame.function, frame.file, frame.line, frame.module);
    const bool is_nameless = frame.function.empty() && i < finding.addresses.size();
    if (is_nameless) key += fmt::format("{:x}\n", finding.addresses[i]);
  }
  return key;
}

}  // namespace

void GrowingSites::add(const Finding& finding, std::uint64_t bytes, std::uint64_t blocks) {
  if (bytes == 0 && blocks == 0) return;
  Site& site = sites_[key_of(finding)];
  site.finding = finding;
  site.bytes += bytes;
  site.blocks += blocks;
  if (site.last_round != rounds_) ++site.rounds;
  site.last_round = rounds_;
}

std::vector<GrowingSites::Site> GrowingSites::steady() const {
  std::vector<Site> found;
  for (const auto& [key, site] : sites_)
    if (rounds_ > 0 && site.rounds == rounds_) found.push_back(site);
  std::ranges::stable_sort(found, [](const Site& a, const Site& b) {
    return std::tie(a.bytes, a.blocks) > std::tie(b.bytes, b.blocks);
  });
  return found;
}

std::string describe_blocks(const GrowingSites::Site& site) {
  const std::uint64_t size = site.blocks == 0 ? 0 : site.bytes / site.blocks;
  const char* const state = site.finding.kind == Finding::Kind::kReachable ? "still reachable"
                            : site.finding.kind == Finding::Kind::kHeld    ? "not freed"
                                                                           : "lost";
  return fmt::format("{} of {}{} bytes, {}", site.blocks == 1 ? "block" : "blocks",
                     size * site.blocks == site.bytes ? "" : "about ", size, state);
}

}  // namespace watertight::blame
