// SPDX-License-Identifier: Apache-2.0
#include "run/explanations.h"

#include "probe/resource.h"
#include "run/growth_explanations.h"

namespace watertight::run {
namespace {

CheckDescription describe_growth(std::string_view resource, Severity severity) {
  const GrowthExplanation& growth = explain_growth(resource);
  return {.id = "growth." + std::string(resource),
          .letter = growth.letter,
          .severity = severity,
          .explanation = growth.explanation};
}

}  // namespace

std::vector<CheckDescription> describe_checks() {
  std::vector<CheckDescription> all;
  for (const auto& traits : probe::all_resources())
    all.push_back(describe_growth(traits.id, traits.severity));
  for (const auto& check : rehearsals::all_checks())
    all.push_back(
        {std::string(check.id), check.letter, check.severity, check.tier, check.explanation});
  return all;
}

}  // namespace watertight::run
