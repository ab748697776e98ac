// SPDX-License-Identifier: Apache-2.0
#include "scenario/file.h"

#include "scenario/parse.h"
#include "scenario/validate.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <system_error>

namespace watertight::scenario {
namespace {

ScenarioError mistake_at(const toml::source_region& place, std::string_view what) {
  return ScenarioError(fmt::format("{}:{}:{}: {}", place.path ? *place.path : "scenario",
                                   place.begin.line, place.begin.column, what));
}

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

/// A value of the file, with its key for messages. Every getter throws ScenarioError with the
/// value's place where the type is another.
class Value {
 public:
  Value(std::string key, const toml::node& node) : key_(std::move(key)), node_(node) {}

  ScenarioError mistake(std::string_view what) const {
    return mistake_at(node_.source(), fmt::format("`{}`: {}", key_, what));
  }

  std::string text() const { return get<std::string>("a string"); }
  bool flag() const { return get<bool>("true or false"); }
  const toml::table& table() const {
    if (const auto* const table = node_.as_table()) return *table;
    throw wrong_type("a table");
  }

  /// A number, or a string in the language of the options, which is what `number` and "64k" share.
  std::string number_text() const {
    if (const auto integer = node_.value_exact<std::int64_t>()) return std::to_string(*integer);
    if (const auto fraction = node_.value_exact<double>()) return fmt::format("{:f}", *fraction);
    if (const auto text = node_.value_exact<std::string>()) return *text;
    throw wrong_type("a number or a string");
  }

  double number() const {
    if (const auto fraction = node_.value<double>(); fraction && node_.is_number())
      return *fraction;
    throw wrong_type("a number");
  }

  std::vector<std::string> array_of_texts() const {
    std::vector<std::string> texts;
    for (const Value& element : array()) texts.push_back(element.text());
    return texts;
  }

  /// An array of strings, or one string alone.
  std::vector<std::string> texts() const {
    if (node_.is_string()) return {text()};
    if (!node_.is_array()) throw wrong_type("a string or an array of strings");
    return array_of_texts();
  }

  /// The elements of an array.
  std::vector<Value> array() const {
    const auto* const array = node_.as_array();
    if (array == nullptr) throw wrong_type("an array");
    std::vector<Value> elements;
    for (const toml::node& element : *array) elements.emplace_back(key_, element);
    return elements;
  }

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
  ScenarioError wrong_type(std::string_view wanted) const {
    return mistake(fmt::format("must be {}, not {}", wanted, type_name(node_)));
  }

  template <typename T>
  T get(std::string_view wanted) const {
    if (const auto value = node_.value_exact<T>()) return *value;
    throw wrong_type(wanted);
  }

  std::string key_;
  const toml::node& node_;
};

template <typename Target>
using Keys = std::map<std::string, void (*)(Target&, const Value&), std::less<>>;

/// Reads each key of a table with its reader; rejects unknown keys.
template <typename Target>
void read_table(const toml::table& table, const Keys<Target>& keys, Target& target) {
  for (const auto& [key, node] : table) {
    const auto known = keys.find(key.str());
    if (known == keys.end()) {
      std::vector<std::string> names;
      for (const auto& [name, reader] : keys) names.push_back(name);
      throw mistake_at(key.source(), fmt::format("unknown key `{}`{}", key.str(),
                                                 did_you_mean(key.str(), names)));
    }
    known->second(target, Value(std::string(key.str()), node));
  }
}

std::uint64_t count(const Value& value) { return value.parsed(parse_count, value.number_text()); }
Duration duration(const Value& value) { return value.parsed(parse_duration, value.number_text()); }

const Keys<Stress>& stress_keys() {
  static const Keys<Stress> keys = {
      {"spec",
       [](Stress& stress, const Value& value) {
         Stress parsed = value.parsed(parse_stress, value.text());
         stress.kind = parsed.kind;
         stress.target = std::move(parsed.target);
       }},
      {"send", [](Stress& stress, const Value& value) { stress.send = value.texts(); }},
      {"expect", [](Stress& stress, const Value& value) { stress.expect = value.text(); }},
      {"manners",
       [](Stress& stress, const Value& value) {
         stress.manners.clear();
         for (const Value& element : value.is_text() ? std::vector{value} : value.array())
           for (const Manner manner : element.parsed(parse_manners, element.text()))
             stress.manners.push_back(manner);
       }},
      {"keep_alive", [](Stress& stress, const Value& value) { stress.keep_alive = value.flag(); }},
      {"ops_per_run",
       [](Stress& stress, const Value& value) { stress.operations_per_run = count(value); }},
  };
  return keys;
}

const Keys<FileTemplate>& file_keys() {
  static const Keys<FileTemplate> keys = {
      {"path", [](FileTemplate& file, const Value& value) { file.path = value.text(); }},
      {"text", [](FileTemplate& file, const Value& value) { file.text = value.text(); }},
  };
  return keys;
}

void require_key(const Value& value, std::string_view key) {
  if (!value.table().contains(key)) throw value.mistake(fmt::format("needs the key `{}`", key));
}

Stress read_stress(const Value& value) {
  if (value.is_text()) return value.parsed(parse_stress, value.text());
  require_key(value, "spec");
  Stress stress;
  read_table(value.table(), stress_keys(), stress);
  value.parsed([&](const std::string&) { return validate_stress(stress); }, "");
  return stress;
}

FileTemplate read_file_template(const Value& value) {
  require_key(value, "path");
  require_key(value, "text");
  FileTemplate file;
  read_table(value.table(), file_keys(), file);
  return file;
}

const Keys<Scenario>& launch_keys() {
  static const Keys<Scenario> keys = {
      {"name", [](Scenario& scenario, const Value& value) { scenario.name = value.text(); }},
      {"command",
       [](Scenario& scenario, const Value& value) { scenario.command = value.array_of_texts(); }},
      {"environment",
       [](Scenario& scenario, const Value& value) {
         for (const auto& [name, text] : value.table())
           scenario.environment[std::string(name.str())] =
               Value(std::string(name.str()), text).text();
       }},
      {"working_directory",
       [](Scenario& scenario, const Value& value) { scenario.working_directory = value.text(); }},
      {"user", [](Scenario& scenario, const Value& value) { scenario.user = value.text(); }},
      {"descriptor_limit",
       [](Scenario& scenario, const Value& value) { scenario.descriptor_limit = count(value); }},
      {"pid_file",
       [](Scenario& scenario, const Value& value) { scenario.pid_file = value.text(); }},
      {"file",
       [](Scenario& scenario, const Value& value) {
         for (const Value& element : value.array())
           scenario.files.push_back(read_file_template(element));
       }},
      {"setup", [](Scenario& scenario, const Value& value) { scenario.setup = value.texts(); }},
      {"teardown",
       [](Scenario& scenario, const Value& value) { scenario.teardown = value.texts(); }},
      {"ready",
       [](Scenario& scenario, const Value& value) {
         const Duration timeout = scenario.ready.timeout;
         scenario.ready = value.parsed(parse_ready, value.text());
         scenario.ready.timeout = timeout;
       }},
      {"ready_timeout",
       [](Scenario& scenario, const Value& value) { scenario.ready.timeout = duration(value); }},
  };
  return keys;
}

const Keys<Scenario>& measure_keys() {
  static const Keys<Scenario> keys = {
      {"stress",
       [](Scenario& scenario, const Value& value) {
         for (const Value& element : value.is_array() ? value.array() : std::vector{value})
           scenario.stress.push_back(read_stress(element));
       }},
      {"concurrency",
       [](Scenario& scenario, const Value& value) {
         const std::uint64_t clients = count(value);
         if (clients > std::numeric_limits<unsigned>::max()) throw value.mistake("is too high");
         scenario.concurrency = static_cast<unsigned>(clients);
       }},
      {"rate", [](Scenario& scenario,
                  const Value& value) { scenario.operations_per_second = value.number(); }},
      {"window",
       [](Scenario& scenario, const Value& value) {
         scenario.window = value.parsed(parse_window, value.number_text());
       }},
      {"ops",
       [](Scenario& scenario, const Value& value) { scenario.budget.operations = count(value); }},
      {"time",
       [](Scenario& scenario, const Value& value) { scenario.budget.time = duration(value); }},
      {"tolerate",
       [](Scenario& scenario, const Value& value) {
         for (const Value& element : value.is_text() ? std::vector{value} : value.array())
           scenario.tolerate.push_back(element.parsed(parse_tolerance, element.text()));
       }},
      {"pool",
       [](Scenario& scenario, const Value& value) {
         for (const Value& element : value.is_text() ? std::vector{value} : value.array())
           scenario.pools.push_back(element.parsed(parse_pool, element.text()));
       }},
      {"warp",
       [](Scenario& scenario, const Value& value) {
         scenario.warp = value.parsed(parse_warp, value.number_text());
       }},
      {"alpha",
       [](Scenario& scenario, const Value& value) {
         scenario.alpha = value.parsed(parse_alpha, value.number_text());
       }},
      {"rigorous",
       [](Scenario& scenario, const Value& value) { scenario.is_rigorous = value.flag(); }},
      {"extend", [](Scenario& scenario, const Value& value) { scenario.extends = value.flag(); }},
      {"only", [](Scenario& scenario, const Value& value) { scenario.only = value.texts(); }},
      {"skip", [](Scenario& scenario, const Value& value) { scenario.skip = value.texts(); }},
      {"baseline",
       [](Scenario& scenario, const Value& value) { scenario.baseline = value.text(); }},
      {"suppressions",
       [](Scenario& scenario, const Value& value) { scenario.suppressions = value.texts(); }},
      {"blame",
       [](Scenario& scenario, const Value& value) {
         scenario.blame = value.parsed(parse_blame, value.text());
       }},
      {"known", [](Scenario& scenario, const Value& value) { scenario.known = value.texts(); }},
      {"quick", [](Scenario& scenario, const Value& value) { scenario.is_quick = value.flag(); }},
      {"strict", [](Scenario& scenario, const Value& value) { scenario.is_strict = value.flag(); }},
      {"fail_fast",
       [](Scenario& scenario, const Value& value) { scenario.fails_fast = value.flag(); }},
  };
  return keys;
}

const Keys<Scenario>& scenario_keys() {
  static const Keys<Scenario> keys = [] {
    Keys<Scenario> all = launch_keys();
    all.insert(measure_keys().begin(), measure_keys().end());
    return all;
  }();
  return keys;
}

std::string read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw ScenarioError(fmt::format("{}: is a folder, not a scenario file", path.string()));
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw ScenarioError(fmt::format("{}: the scenario file cannot be read: {}", path.string(),
                                    std::generic_category().message(errno)));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Scenario read_scenario_file(const std::filesystem::path& path) {
  Scenario scenario;
  try {
    const toml::table table = toml::parse(read_text(path), path.string());
    read_table(table, scenario_keys(), scenario);
  } catch (const toml::parse_error& error) {
    throw mistake_at(error.source(), error.description());
  }
  return scenario;
}

}  // namespace watertight::scenario
