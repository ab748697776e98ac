// SPDX-License-Identifier: Apache-2.0
#include "scenario/placeholders.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watertight::scenario {
namespace {

const Placeholders kValues{"/run/w", {4001, 4002, 4003}};

TEST(Placeholders, AreReplacedAndEveryOtherBraceIsLeftAlone) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"{port}", "4001"},
      {"{port1}", "4001"},
      {"--listen=127.0.0.1:{port2},{port3}", "--listen=127.0.0.1:4002,4003"},
      {"{state}/d.pid", "/run/w/d.pid"},
      {"{{port}}", "{port}"},
      {"{{port2}} {{state}}", "{port2} {state}"},
      {"{{{port}}}", "{{port}}"},
      {"{{port}", "{4001"},
      {"{port}}", "4001}"},
      {"{ port }", "{ port }"},
      {"{Port} {ports} {port0} {port01} {port-1} {port1x} {states}",
       "{Port} {ports} {port0} {port01} {port-1} {port1x} {states}"},
      {"{port99999999999999999999}", "{port99999999999999999999}"},
      {"{", "{"},
      {"}", "}"},
      {"{}", "{}"},
      {"{{}}", "{{}}"},
      {"{port", "{port"},
      {"server { listen 127.0.0.1:{port}; }", "server { listen 127.0.0.1:4001; }"},
      {R"({"a":{"port":{port}}})", R"({"a":{"port":4001}})"},
      {"${HOME} $port [0-9]{3}", "${HOME} $port [0-9]{3}"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(kValues.expand(text), expected) << text;
}

TEST(Placeholders, RefuseAPortThatWasNotAllocated) {
  EXPECT_THROW(kValues.expand("{port4}"), ScenarioError);
  EXPECT_EQ(kValues.expand("{{port4}}"), "{port4}");
}

/// A scenario with `text` in each string that may hold placeholders, one at a time.
std::vector<Scenario> scenarios_with(const std::string& text) {
  std::vector<Scenario> scenarios;
  const auto add = [&](auto change) { change(scenarios.emplace_back()); };
  add([&](Scenario& s) { s.command = {"d", text}; });
  add([&](Scenario& s) { s.environment["A"] = text; });
  add([&](Scenario& s) { s.working_directory = text; });
  add([&](Scenario& s) { s.ready.target = text; });
  add([&](Scenario& s) { s.stress.emplace_back().target = text; });
  add([&](Scenario& s) { s.stress.emplace_back().send = {"", text}; });
  add([&](Scenario& s) { s.stress.emplace_back().expect = text; });
  add([&](Scenario& s) { s.pid_file = text; });
  add([&](Scenario& s) { s.files = {{text, ""}}; });
  add([&](Scenario& s) { s.files = {{"", text}}; });
  add([&](Scenario& s) { s.setup = {text}; });
  add([&](Scenario& s) { s.teardown = {text}; });
  add([&](Scenario& s) { s.write = text; });
  add([&](Scenario& s) { s.verify = text; });
  return scenarios;
}

TEST(PortsNeeded, LooksIntoEveryString) {
  for (const Scenario& scenario : scenarios_with("{port3} {port2}"))
    EXPECT_EQ(ports_needed(scenario), 3u);
}

TEST(PortsNeeded, CountsNoLiterals) {
  EXPECT_EQ(ports_needed({}), 0u);
  for (const Scenario& scenario : scenarios_with("{{port}} {state} {port"))
    EXPECT_EQ(ports_needed(scenario), 0u);
}

TEST(Expand, ReplacesInEveryString) {
  for (const Scenario& scenario : scenarios_with("<{port}>")) {
    const Scenario expanded = expand(scenario, kValues);
    EXPECT_EQ(ports_needed(scenario), 1u);
    EXPECT_EQ(ports_needed(expanded), 0u);
  }
  Scenario scenario;
  scenario.command = {"d", "-p", "{port}"};
  scenario.environment["STATE"] = "{state}";
  const Scenario expanded = expand(scenario, kValues);
  EXPECT_THAT(expanded.command, testing::ElementsAre("d", "-p", "4001"));
  EXPECT_EQ(expanded.environment.at("STATE"), "/run/w");
}

}  // namespace
}  // namespace watertight::scenario
