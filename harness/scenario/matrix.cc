// SPDX-License-Identifier: Apache-2.0
#include "scenario/matrix.h"

#include "scenario/placeholders.h"

#include <algorithm>
#include <ranges>

namespace watertight::scenario {
namespace {

constexpr std::size_t kMostRuns = 256;

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Parameter read_parameter(const toml::key& key, const toml::node& node) {
  const std::string name(key.str());
  if (!is_name(name))
    throw mistake_at(key.source(), fmt::format("`{}`: a parameter is a name of letters, digits and "
                                               "underscores, which stands in braces",
                                               name));
  if (is_placeholder(name))
    throw mistake_at(
        key.source(),
        fmt::format("`{}`: {{{}}} has a meaning already; take another name", name, name));
  Parameter parameter{name, {}, key.source()};
  const Value value(name, node);
  for (const Value& element : value.one_or_more()) {
    const std::string text = element.number_text();
    if (std::ranges::find(parameter.values, text) != parameter.values.end())
      throw element.mistake(fmt::format("`{}` is there twice", text));
    parameter.values.push_back(text);
  }
  if (parameter.values.empty()) throw value.mistake("has no value: nothing would be run");
  return parameter;
}

std::string with_values(std::string_view text, const Combination& values,
                        std::set<std::string>& used) {
  std::string result;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    result += text.substr(0, brace);
    text.remove_prefix(brace);
    const auto found = std::ranges::find_if(values, [&](const auto& value) {
      return text.starts_with("{" + value.first + "}") ||
             text.starts_with("{{" + value.first + "}}");
    });
    if (found == values.end()) {
      result += text.substr(0, 1);
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
      continue;
    }
    const auto& [name, value] = *found;
    const bool is_literal = text.starts_with("{{");
    result += is_literal ? "{" + name + "}" : value;
    text.remove_prefix(name.size() + (is_literal ? 4 : 2));
    if (!is_literal) used.insert(name);
  }
  return result;
}

void substitute_in(toml::node& node, const Combination& values, std::set<std::string>& used) {
  if (toml::table* const table = node.as_table()) {
    for (auto&& [key, below] : *table) substitute_in(below, values, used);
  } else if (toml::array* const array = node.as_array()) {
    for (toml::node& below : *array) substitute_in(below, values, used);
  } else if (auto* const text = node.as_string()) {
    text->get() = with_values(text->get(), values, used);
  }
}

}  // namespace

void add_parameters(const Value& matrix, std::vector<Parameter>& parameters) {
  std::vector<Parameter> read;
  for (const auto& [key, node] : matrix.table()) read.push_back(read_parameter(key, node));
  std::ranges::sort(read, [](const Parameter& a, const Parameter& b) {
    return std::pair(a.place.begin.line, a.place.begin.column) <
           std::pair(b.place.begin.line, b.place.begin.column);
  });
  for (Parameter& parameter : read) {
    const auto same = std::ranges::find(parameters, parameter.name, &Parameter::name);
    if (same == parameters.end()) {
      parameters.push_back(std::move(parameter));
    } else {
      *same = std::move(parameter);
    }
  }
}

std::vector<Combination> combinations_of(const std::vector<Parameter>& parameters) {
  std::vector<Combination> combinations(1);
  for (const Parameter& parameter : parameters) {
    if (combinations.size() * parameter.values.size() > kMostRuns)
      throw mistake_at(parameter.place, fmt::format("`{}`: the matrix has more than {} runs",
                                                    parameter.name, kMostRuns));
    std::vector<Combination> longer;
    for (const Combination& before : combinations) {
      for (const std::string& value : parameter.values) {
        longer.push_back(before);
        longer.back().emplace_back(parameter.name, value);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

void substitute(toml::table& table, const Combination& values, std::set<std::string>& used) {
  substitute_in(table, values, used);
}

std::string describe(const Combination& values) {
  std::string text;
  for (const auto& [name, value] : values)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  return text;
}

}  // namespace watertight::scenario
