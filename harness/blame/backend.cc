// SPDX-License-Identifier: Apache-2.0
#include "blame/backend.h"

#include "blame/fingerprint.h"

#include <fmt/format.h>

namespace watertight::blame {

Shared share_out(const std::vector<GrowingSites::Site>& sites, const std::string& resource,
                 const Suppressions& suppressions,
                 const std::function<std::string(const GrowingSites::Site&)>& describe) {
  Shared shared;
  double total = 0;
  const auto size = [](const GrowingSites::Site& site) {
    return static_cast<double>(site.bytes > 0 ? site.bytes : site.blocks);
  };
  for (const auto& site : sites) total += size(site);
  for (const auto& site : sites) {
    if (const auto name = suppressions.find(site.finding)) {
      shared.remarks.push_back(
          fmt::format("growth.{}: {} is suppressed as `{}`", resource, describe(site), *name));
      continue;
    }
    shared.blame.push_back({.share = total > 0 ? size(site) / total : 0,
                            .count = site.blocks,
                            .what = describe(site),
                            .frames = from_the_culprit(site.finding.stack),
                            .fingerprint = fingerprint(resource, site.finding.stack)});
  }
  return shared;
}

}  // namespace watertight::blame
