// SPDX-License-Identifier: Apache-2.0
// The schema knows the keys that the parser knows. What it says of them: schema/check_schema.py.

#include "scenario/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace watertight::scenario {
namespace {

std::vector<std::string> keys_of(const nlohmann::json& properties, const std::string& prefix) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : properties.items()) keys.push_back(prefix + key);
  return keys;
}

TEST(ScenarioSchema, HasTheKeysOfTheParserAndNoOther) {
  std::ifstream file(WATERTIGHT_SCENARIO_SCHEMA);
  const auto schema = nlohmann::json::parse(file);
  const auto& properties = schema.at("properties");
  std::vector<std::string> keys = keys_of(properties, "");
  for (const auto& more : {keys_of(schema.at("$defs").at("stress").at("properties"), "stress."),
                           keys_of(properties.at("file").at("items").at("properties"), "file."),
                           keys_of(properties.at("report").at("properties"), "report.")})
    keys.insert(keys.end(), more.begin(), more.end());
  EXPECT_THAT(keys, testing::UnorderedElementsAreArray(scenario_file_keys()));
  EXPECT_GT(keys.size(), 50u);
}

}  // namespace
}  // namespace watertight::scenario
