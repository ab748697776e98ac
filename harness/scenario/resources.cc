// SPDX-License-Identifier: Apache-2.0
#include "scenario/resources.h"

#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>

namespace watertight::scenario {

const std::vector<GrowthResource>& growth_resources() {
  static const std::vector<GrowthResource> resources = {
      {"fds"},        {"rss", true}, {"heap", true}, {"threads"}, {"unjoined_threads"},
      {"children"},   {"zombies"},   {"maps"},       {"files"},   {"deleted_files"},
      {"close_wait"}, {"ipc"},       {"locks"},      {"inner"},
  };
  return resources;
}

const GrowthResource& growth_resource(std::string_view id) {
  return growth_resource(id, growth_resources());
}

const GrowthResource& growth_resource(std::string_view id,
                                      const std::vector<GrowthResource>& known) {
  constexpr std::string_view kGroup = "growth.";
  if (id.substr(0, kGroup.size()) == kGroup) id.remove_prefix(kGroup.size());
  std::vector<std::string> ids;
  for (const GrowthResource& resource : known) {
    if (resource.id == id) return resource;
    ids.emplace_back(resource.id);
  }
  throw ScenarioError(fmt::format("unknown resource `{}`{}", id, did_you_mean(id, ids)));
}

}  // namespace watertight::scenario
