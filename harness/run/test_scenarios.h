// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file For the end-to-end tests: scenarios of the sample daemons.

#include "report/terminal.h"
#include "scenario/parse.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <sstream>
#include <string>
#include <vector>

namespace watertight {

inline Scenario sample_scenario(const std::string& daemon, std::vector<std::string> arguments = {},
                                std::string address = "{port}") {
  Scenario scenario;
  scenario.command = {WATERTIGHT_SAMPLE_DAEMONS "/" + daemon, std::move(address)};
  scenario.command.insert(scenario.command.end(), arguments.begin(), arguments.end());
  scenario.window = {"", std::chrono::seconds(1)};
  return scenario;
}

inline Stress sample_stress(const std::string& spec, std::vector<std::string> send = {"hello\n"}) {
  Stress stress = scenario::parse_stress(spec);
  stress.send = std::move(send);
  return stress;
}

/// The report as a person would see it, for the message of a failed test.
inline std::string describe(const Report& report) {
  std::ostringstream text;
  report::write_terminal(report, text, {});
  return text.str();
}

}  // namespace watertight
