// SPDX-License-Identifier: Apache-2.0
#include "scenario/file.h"

#include "scenario/keys.h"
#include "scenario/matrix.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

namespace watertight::scenario {
namespace {

constexpr std::string_view kExtends = "extends", kMatrix = "matrix";

/// A file of a chain of files that extend each other.
struct Document {
  std::filesystem::path path;
  std::string text;
};

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

/// Each run of a file has its own, for a copied table knows its places no more.
toml::table parse(const Document& document) {
  try {
    return toml::parse(document.text, document.path.string());
  } catch (const toml::parse_error& error) {
    throw mistake_at(error.source(), error.description());
  }
}

/// What the file extends, as a path; empty where it extends nothing.
std::filesystem::path base_of(const Value& extends, const std::filesystem::path& file) {
  const std::string base = extends.text();
  if (base.empty()) throw extends.mistake("the file is missing");
  return file.parent_path() / base;
}

/// The file, what it extends, what that extends, and so on.
std::vector<Document> read_chain(const std::filesystem::path& path) {
  std::vector<Document> chain = {{path, read_text(path)}};
  std::set<std::filesystem::path> seen = {std::filesystem::weakly_canonical(path)};
  while (true) {
    const toml::table table = parse(chain.back());
    const toml::node* const node = table.get(kExtends);
    if (node == nullptr) return chain;
    const Value extends{std::string(kExtends), *node};
    const std::filesystem::path base = base_of(extends, chain.back().path);
    if (!seen.insert(std::filesystem::weakly_canonical(base)).second)
      throw extends.mistake(fmt::format("{} extends itself", base.string()));
    chain.push_back(
        {base, extends.parsed([&](const std::string&) { return read_text(base); }, "")});
  }
}

/// Of all files, those of the base first.
std::vector<Parameter> parameters_of(std::vector<toml::table>& tables) {
  std::vector<Parameter> parameters;
  for (const toml::table& table : tables)
    if (const toml::node* const node = table.get(kMatrix))
      add_parameters(Value(std::string(kMatrix), *node), parameters);
  return parameters;
}

std::vector<toml::table> parse_all(const std::vector<Document>& chain) {
  std::vector<toml::table> tables;
  for (auto document = chain.rbegin(); document != chain.rend(); ++document)
    tables.push_back(parse(*document));
  return tables;
}

/// Reads all tables, the last one having the last word.
FileRun read_run(std::vector<toml::table> tables, const Combination& values,
                 std::set<std::string>& used) {
  static const Keys<FileRun> keys = [] {
    Keys<FileRun> all = run_keys();
    for (const std::string_view seen_before : {kExtends, kMatrix})
      all.emplace(seen_before, [](FileRun&, const Value&) {});
    return all;
  }();
  FileRun run;
  run.values = describe(values);
  for (toml::table& table : tables) {
    table.erase(kMatrix);
    substitute(table, values, used);
    read_table(table, keys, run);
  }
  return run;
}

}  // namespace

std::vector<FileRun> read_runs(const std::filesystem::path& path) {
  const std::vector<Document> chain = read_chain(path);
  std::vector<toml::table> tables = parse_all(chain);
  const std::vector<Parameter> parameters = parameters_of(tables);
  std::vector<FileRun> runs;
  std::set<std::string> used;
  for (const Combination& values : combinations_of(parameters))
    runs.push_back(read_run(parse_all(chain), values, used));
  for (const Parameter& parameter : parameters)
    if (!used.contains(parameter.name))
      throw mistake_at(parameter.place,
                       fmt::format("`{}`: no string holds {{{}}}", parameter.name, parameter.name));
  return runs;
}

Scenario read_scenario_file(const std::filesystem::path& path) {
  std::vector<FileRun> runs = read_runs(path);
  if (runs.size() > 1)
    throw ScenarioError(fmt::format("{}: its matrix has {} runs, and one is wanted here",
                                    path.string(), runs.size()));
  return std::move(runs.front().scenario);
}

std::vector<std::string> scenario_file_keys() {
  std::vector<std::string> names = names_of(run_keys());
  names.insert(names.end(), {std::string(kExtends), std::string(kMatrix)});
  for (const std::string_view table : {"stress", "file", "report"})
    for (const std::string& key : keys_within(table))
      names.push_back(fmt::format("{}.{}", table, key));
  std::ranges::sort(names);
  return names;
}

}  // namespace watertight::scenario
