// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes nodes of a TOML file, gives typed values, or a mistake with its place: file, line
/// and column. Private to the room.

#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watertight::scenario {

/// "FILE:LINE:COLUMN: what"
ScenarioError mistake_at(const toml::source_region& place, std::string_view what);

/// A value of the file, with its key for messages. Every getter throws ScenarioError with the
/// value's place where the type is another.
class Value {
 public:
  Value(std::string key, const toml::node& node) : key_(std::move(key)), node_(node) {}

  const std::string& key() const { return key_; }
  /// "FILE:LINE:COLUMN: `key`: ", as every mistake begins.
  std::string place() const;
  ScenarioError mistake(std::string_view what) const;

  std::string text() const;
  bool flag() const;
  const toml::table& table() const;

  /// A number, or a string in the language of the options, which is what `number` and "64k" share.
  std::string number_text() const;

  std::vector<std::string> array_of_texts() const;

  /// An array of strings, or one string alone.
  std::vector<std::string> texts() const;

  /// The elements of an array.
  std::vector<Value> array() const;

  /// The elements of an array, or this value alone.
  std::vector<Value> one_or_more() const { return is_array() ? array() : std::vector{*this}; }

  bool is_text() const { return node_.is_string(); }
  bool is_array() const { return node_.is_array(); }

  /// What `parse` makes of `text`; its complaint gets the place of this value.
  template <typename Parse>
  auto parsed(Parse parse, const std::string& text) const {
    try {
      return parse(text);
    } catch (const ScenarioError& error) {
      throw mistake(error.what());
    }
  }

 private:
  ScenarioError wrong_type(std::string_view wanted) const;

  std::string key_;
  const toml::node& node_;
};

/// The keys of a table, each with what reads it.
template <typename Target>
using Keys = std::map<std::string, void (*)(Target&, const Value&), std::less<>>;

template <typename Target>
std::vector<std::string> names_of(const Keys<Target>& keys) {
  std::vector<std::string> names;
  for (const auto& [name, reader] : keys) names.push_back(name);
  return names;
}

/// Reads each key of a table with its reader; rejects unknown keys.
template <typename Target>
void read_table(const toml::table& table, const Keys<Target>& keys, Target& target) {
  for (const auto& [key, node] : table) {
    const auto known = keys.find(key.str());
    if (known == keys.end())
      throw mistake_at(key.source(), fmt::format("unknown key `{}`{}", key.str(),
                                                 did_you_mean(key.str(), names_of(keys))));
    known->second(target, Value(std::string(key.str()), node));
  }
}

}  // namespace watertight::scenario
