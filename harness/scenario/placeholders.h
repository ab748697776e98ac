// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::scenario {

/// The values of `{state}`, `{port}` = `{port1}`, `{port2}`, … of one instance.
struct Placeholders {
  std::filesystem::path state;
  std::vector<std::uint16_t> ports;

  /// Replaces placeholders; `{{port}}` and `{{state}}` become the literal text in single braces,
  /// any other brace is left alone. Throws ScenarioError for a port that was not allocated.
  std::string expand(std::string_view text) const;
};

/// Whether `{NAME}` is replaced in every run: `state`, `port`, `port2`, …
bool is_placeholder(std::string_view name);

/// The highest port number that any string of the scenario names (`{port}` is 1); 0 for none.
unsigned ports_needed(const Scenario& scenario);

/// The scenario with every placeholder in command, environment, folder, ready, stress, pid file,
/// files, setup, teardown, write and verify replaced.
Scenario expand(const Scenario& scenario, const Placeholders& values);

}  // namespace watertight::scenario
