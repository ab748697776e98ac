// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "report/baseline.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <regex>

namespace watertight::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json json_of(const KnownLeak& leak) {
  Json json{{"check", leak.check}};
  put(json, "call_site", leak.call_site);
  put(json, "where", leak.where);
  if (leak.per_op) json["per_op"] = *leak.per_op;
  put(json, "unit", leak.unit);
  put(json, "reason", leak.reason);
  put(json, "until", leak.until);
  return json;
}

KnownLeak leak_of(const Json& json) {
  KnownLeak leak{.check = json.at("check").get<std::string>(),
                 .call_site = json.value("call_site", ""),
                 .where = json.value("where", ""),
                 .unit = json.value("unit", ""),
                 .reason = json.value("reason", ""),
                 .until = json.value("until", "")};
  if (json.contains("per_op")) leak.per_op = json.at("per_op").get<double>();
  if (leak.per_op && (!std::isfinite(*leak.per_op) || *leak.per_op < 0))
    throw ScenarioError(fmt::format("{}: per_op is no rate", leak.check));
  if (!leak.until.empty()) require_day(leak.until);
  return leak;
}

Baseline baseline_of(const Json& json) {
  if (const int version = json.at("schema_version").get<int>(); version != kSchemaVersion)
    throw ScenarioError(
        fmt::format("it has schema version {}, this program reads {}", version, kSchemaVersion));
  Baseline baseline;
  for (const Json& leak : json.at("known")) baseline.leaks.push_back(leak_of(leak));
  return baseline;
}

}  // namespace

void require_day(const std::string& text) {
  static const std::regex kDay(R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))");
  if (!std::regex_match(text, kDay))
    throw ScenarioError(fmt::format("`{}` is no day; write it as 2030-12-31", text));
}

Baseline read_baseline(const std::filesystem::path& path) {
  const std::optional<std::string> text = posix::read_file(path);
  if (!text)
    throw ScenarioError(
        fmt::format("the baseline {} is missing; `watertight baseline {} REPORT.json` makes one",
                    path.string(), path.string()));
  try {
    return baseline_of(Json::parse(*text));
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();
    throw ScenarioError(fmt::format("{} is no baseline: {}", path.string(),
                                    what.substr(std::min(what.find("] ") + 2, what.size()))));
  } catch (const ScenarioError& error) {
    throw ScenarioError(fmt::format("{} is no baseline: {}", path.string(), error.what()));
  }
}

std::string text_of(const Baseline& baseline) {
  std::string text = fmt::format("{{\"schema_version\": {}, \"known\": [", kSchemaVersion);
  const char* separator = "\n";
  for (const KnownLeak& leak : baseline.leaks) {
    text += separator + json_of(leak).dump(-1, ' ', false, Json::error_handler_t::replace);
    separator = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace watertight::report
