// SPDX-License-Identifier: Apache-2.0
#include "cli/list.h"

#include "run/catalogue.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <regex>
#include <set>
#include <string>

namespace watertight::cli {
namespace {

/// Ids of the checks that find something to look at.
std::vector<std::string> applicable(const Scenario& scenario) {
  run::Selection selection = run::select_checks(scenario);
  std::erase_if(selection.rehearsals, [&](const rehearsals::Check* check) {
    return !run::missing_need(scenario, *check).empty();
  });
  return selection.ids();
}

/// `127.0.0.1:8080`, `http://localhost:8080/a`: 8080. `{port}` is nobody's before the run.
void add_port(const std::string& target, std::set<unsigned long>& ports) {
  static const std::regex kHostAndPort(R"(^(?:https?://)?[^/]*:(\d{1,5})(?:/.*)?$)");
  std::smatch match;
  if (std::regex_match(target, match, kHostAndPort)) ports.insert(std::stoul(match[1]));
}

void add_ports(const Scenario& scenario, std::set<unsigned long>& ports) {
  if (scenario.ready.kind == Ready::Kind::kTcp || scenario.ready.kind == Ready::Kind::kHttp)
    add_port(scenario.ready.target, ports);
  for (const Stress& stress : scenario.stress) {
    using enum Stress::Kind;
    if (stress.kind == kTcp || stress.kind == kUdp || stress.kind == kHttp)
      add_port(stress.target, ports);
  }
}

void add_new(const std::string& word, std::vector<std::string>& words) {
  if (std::ranges::find(words, word) == words.end()) words.push_back(word);
}

}  // namespace

void write_list(const std::vector<ParsedCommandLine>& runs, std::ostream& out) {
  std::vector<std::string> groups, checks;
  std::set<unsigned long> ports;
  bool is_chosen = false;
  for (const ParsedCommandLine& run : runs) {
    for (const std::string& id : applicable(run.scenario)) {
      add_new(id, checks);
      add_new(id.substr(0, id.find('.')), groups);
    }
    add_ports(run.scenario, ports);
    is_chosen |= !run.scenario.only.empty();
  }
  const nlohmann::ordered_json json{
      {"groups", groups}, {"checks", checks}, {"only", is_chosen}, {"ports", ports}};
  out << json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace watertight::cli
