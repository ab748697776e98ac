// SPDX-License-Identifier: Apache-2.0
#include "scenario/value.h"

namespace watertight::scenario {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

std::string text_of(const toml::source_region& place) {
  return fmt::format("{}:{}:{}: ", place.path ? *place.path : "scenario", place.begin.line,
                     place.begin.column);
}

}  // namespace

ScenarioError mistake_at(const toml::source_region& place, std::string_view what) {
  return ScenarioError(fmt::format("{}{}", text_of(place), what));
}

std::string Value::place() const { return fmt::format("{}`{}`: ", text_of(node_.source()), key_); }

ScenarioError Value::mistake(std::string_view what) const {
  return ScenarioError(fmt::format("{}{}", place(), what));
}

ScenarioError Value::wrong_type(std::string_view wanted) const {
  return mistake(fmt::format("must be {}, not {}", wanted, type_name(node_)));
}

std::string Value::text() const {
  if (const auto value = node_.value_exact<std::string>()) return *value;
  throw wrong_type("a string");
}

bool Value::flag() const {
  if (const auto value = node_.value_exact<bool>()) return *value;
  throw wrong_type("true or false");
}

const toml::table& Value::table() const {
  if (const auto* const table = node_.as_table()) return *table;
  throw wrong_type("a table");
}

std::string Value::number_text() const {
  if (const auto integer = node_.value_exact<std::int64_t>()) return std::to_string(*integer);
  if (const auto fraction = node_.value_exact<double>()) {
    std::string digits = fmt::format("{:f}", *fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
  }
  if (const auto text = node_.value_exact<std::string>()) return *text;
  throw wrong_type("a number or a string");
}

std::vector<std::string> Value::array_of_texts() const {
  std::vector<std::string> texts;
  for (const Value& element : array()) texts.push_back(element.text());
  return texts;
}

std::vector<std::string> Value::texts() const {
  if (is_text()) return {text()};
  if (!is_array()) throw wrong_type("a string or an array of strings");
  return array_of_texts();
}

std::vector<Value> Value::array() const {
  const auto* const array = node_.as_array();
  if (array == nullptr) throw wrong_type("an array");
  std::vector<Value> elements;
  for (const toml::node& element : *array) elements.emplace_back(key_, element);
  return elements;
}

}  // namespace watertight::scenario
