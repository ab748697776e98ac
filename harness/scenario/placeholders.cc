// SPDX-License-Identifier: Apache-2.0
#include "scenario/placeholders.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace watertight::scenario {
namespace {

constexpr std::size_t kLongestPlaceholder = 16;

/// A placeholder found at the start of some text.
struct Found {
  std::size_t length = 0;   ///< Of the placeholder, braces included.
  bool is_literal = false;  ///< Double braces.
  std::string_view name;    ///< `state`, `port`, `port2`, …
  unsigned port = 0;        ///< 0 for `state`.
};

/// 1 for `port`, N for `portN`; empty for anything else.
std::optional<unsigned> port_number(std::string_view name) {
  constexpr std::string_view kPort = "port";
  if (name.substr(0, kPort.size()) != kPort) return std::nullopt;
  const std::string_view digits = name.substr(kPort.size());
  if (digits.empty()) return 1;
  if (digits.front() == '0') return std::nullopt;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<Found> placeholder_at(std::string_view text) {
  Found found;
  found.is_literal = text.substr(0, 2) == "{{";
  const std::size_t braces = found.is_literal ? 2 : 1;
  if (text.empty() || text.front() != '{') return std::nullopt;
  const std::size_t close = text.substr(0, kLongestPlaceholder).find('}');
  if (close == std::string_view::npos) return std::nullopt;
  if (found.is_literal && text.substr(close, 2) != "}}") return std::nullopt;
  found.name = text.substr(braces, close - braces);
  found.length = close + braces;
  if (found.name == "state") return found;
  const auto port = port_number(found.name);
  if (!port) return std::nullopt;
  found.port = *port;
  return found;
}

/// Calls `visit` with every string of the scenario that may hold placeholders.
template <typename AnyScenario, typename Visit>
void for_each_text(AnyScenario& scenario, Visit visit) {
  for (auto& argument : scenario.command) visit(argument);
  for (auto& [name, value] : scenario.environment) visit(value);
  visit(scenario.working_directory);
  visit(scenario.ready.target);
  for (auto& stress : scenario.stress) {
    visit(stress.target);
    for (auto& send : stress.send) visit(send);
    visit(stress.expect);
  }
  visit(scenario.pid_file);
  for (auto& file : scenario.files) {
    visit(file.path);
    visit(file.text);
  }
  for (auto& command : scenario.setup) visit(command);
  for (auto& command : scenario.teardown) visit(command);
  visit(scenario.write);
  visit(scenario.verify);
}

}  // namespace

std::string Placeholders::expand(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    result += text.substr(0, brace);
    text.remove_prefix(brace);
    if (text.empty()) break;
    const auto found = placeholder_at(text);
    if (!found) {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (found->is_literal) {
      result += fmt::format("{{{}}}", found->name);
    } else if (found->port == 0) {
      result += state.string();
    } else if (found->port <= ports.size()) {
      result += std::to_string(ports[found->port - 1]);
    } else {
      throw ScenarioError(
          fmt::format("{{{}}}: only {} ports were allocated", found->name, ports.size()));
    }
    text.remove_prefix(found->length);
  }
  return result;
}

bool is_placeholder(std::string_view name) {
  return name == "state" || port_number(name).has_value();
}

unsigned ports_needed(const Scenario& scenario) {
  unsigned highest = 0;
  for_each_text(scenario, [&](std::string_view text) {
    for (std::size_t at = text.find('{'); at != std::string_view::npos;) {
      const auto found = placeholder_at(text.substr(at));
      if (found && !found->is_literal) highest = std::max(highest, found->port);
      at = text.find('{', at + (found ? found->length : 1));
    }
  });
  return highest;
}

Scenario expand(const Scenario& scenario, const Placeholders& values) {
  Scenario expanded = scenario;
  for_each_text(expanded, [&](std::string& text) { text = values.expand(text); });
  return expanded;
}

}  // namespace watertight::scenario
