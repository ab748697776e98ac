// SPDX-License-Identifier: Apache-2.0
#include "run/catalogue.h"

#include "rehearsals/client.h"
#include "scenario/parse.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>

namespace watertight::run {
namespace {

std::string growth_id(std::string_view resource) { return fmt::format("growth.{}", resource); }

bool matches_any(const std::vector<std::string>& globs, std::string_view id) {
  return std::ranges::any_of(
      globs, [id](const std::string& glob) { return scenario::glob_matches(glob, id); });
}

}  // namespace

std::vector<std::string> all_check_ids() {
  std::vector<std::string> ids;
  for (const auto& traits : probe::all_resources()) ids.push_back(growth_id(traits.id));
  for (const auto& check : rehearsals::all_checks()) ids.emplace_back(check.id);
  return ids;
}

void require_known_check(const std::string& glob, std::string_view place) {
  const auto ids = all_check_ids();
  const bool matches = std::ranges::any_of(
      ids, [&](const std::string& id) { return scenario::glob_matches(glob, id); });
  if (matches) return;
  const std::string nearest = scenario::suggestion(glob, ids);
  throw ScenarioError(fmt::format(
      "{}{}: no check has this id; {}", place, glob,
      nearest.empty() ? "`watertight explain` lists them" : "did you mean `" + nearest + "`?"));
}

std::string missing_need(const Scenario& scenario, const rehearsals::Check& check) {
  if (check.needs.pid_file && scenario.pid_file.empty()) return "needs --pid-file";
  if (check.needs.answers && rehearsals::answered(scenario.stress).empty())
    return "needs a --stress that the daemon answers: tcp, unix or udp with text, http, exec";
  return "";
}

Selection select_checks(const Scenario& scenario) {
  for (const std::string& glob : scenario.only) require_known_check(glob, "--only ");
  for (const std::string& glob : scenario.skip) require_known_check(glob, "--skip ");
  for (const std::string& glob : scenario.known) require_known_check(glob, "--known ");
  const auto is_chosen = [&](std::string_view id) {
    return (scenario.only.empty() || matches_any(scenario.only, id)) &&
           !matches_any(scenario.skip, id);
  };
  Selection selection;
  selection.expected = scenario.known;
  for (const auto& traits : probe::all_resources())
    if (is_chosen(growth_id(traits.id))) selection.growth.push_back(traits.resource);
  for (const auto& check : rehearsals::all_checks())
    if (is_chosen(check.id)) selection.rehearsals.push_back(&check);
  return selection;
}

std::vector<std::string> Selection::ids() const {
  std::vector<std::string> ids;
  for (const auto resource : growth) ids.push_back(growth_id(probe::traits(resource).id));
  for (const auto* check : rehearsals) ids.emplace_back(check->id);
  return ids;
}

}  // namespace watertight::run
