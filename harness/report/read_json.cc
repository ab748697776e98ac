// SPDX-License-Identifier: Apache-2.0
#include "report/read_json.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <limits>

namespace watertight::report {
namespace {

using Json = nlohmann::json;

constexpr int kSchemaVersion = 1;

/// The value, where the object has one that is not null.
template <typename Value>
std::optional<Value> find(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<Value>();
}

template <typename Value>
Value value_or_empty(const Json& object, const char* key) {
  return find<Value>(object, key).value_or(Value());
}

template <typename Word, std::size_t kCount>
Word word_of(const Json& object, const char* key, const std::array<Word, kCount>& words) {
  const auto text = object.at(key).get<std::string>();
  for (const Word word : words)
    if (to_string(word) == text) return word;
  throw ScenarioError(fmt::format("`{}` is no {}", text, key));
}

/// What was not finite has become null.
double number(const Json& object, const char* key) {
  return find<double>(object, key).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> number_if_there(const Json& object, const char* key) {
  return object.contains(key) ? std::optional(number(object, key)) : std::nullopt;
}

Rate rate_of(const Json& json) {
  return {.per_operation = number(json, "per_op"),
          .low = number(json, "low"),
          .high = number(json, "high"),
          .per_second = number(json, "per_second"),
          .unit = value_or_empty<std::string>(json, "unit")};
}

Frame frame_of(const Json& json) {
  return {.function = value_or_empty<std::string>(json, "function"),
          .file = value_or_empty<std::string>(json, "file"),
          .line = value_or_empty<int>(json, "line"),
          .module = value_or_empty<std::string>(json, "module"),
          .offset = value_or_empty<std::uint64_t>(json, "offset")};
}

std::vector<ThreadStack> stacks_of(const Json& json) {
  std::vector<ThreadStack> stacks;
  for (const Json& one : value_or_empty<Json::array_t>(json, "stacks")) {
    ThreadStack stack{.pid = value_or_empty<int>(one, "pid"),
                      .tid = value_or_empty<int>(one, "tid"),
                      .name = value_or_empty<std::string>(one, "name"),
                      .alike = value_or_empty<std::uint64_t>(one, "alike")};
    for (const Json& frame : value_or_empty<Json::array_t>(one, "frames"))
      stack.frames.push_back(frame_of(frame));
    stacks.push_back(std::move(stack));
  }
  return stacks;
}

Blame blame_of(const Json& json) {
  Blame blame{.share = number(json, "share"),
              .count = value_or_empty<std::uint64_t>(json, "count"),
              .what = value_or_empty<std::string>(json, "what"),
              .frames = {},
              .fingerprint = value_or_empty<std::string>(json, "fingerprint")};
  for (const Json& frame : value_or_empty<Json::array_t>(json, "frames"))
    blame.frames.push_back(frame_of(frame));
  return blame;
}

CheckResult check_of(const Json& json) {
  CheckResult check;
  check.id = json.at("id").get<std::string>();
  check.verdict = word_of(
      json, "verdict",
      std::array{Verdict::kPass, Verdict::kFail, Verdict::kInconclusive, Verdict::kNotApplicable});
  check.severity =
      word_of(json, "severity", std::array{Severity::kFail, Severity::kWarn, Severity::kInfo});
  check.summary = value_or_empty<std::string>(json, "summary");
  if (const auto rate = find<Json>(json, "rate")) check.rate = rate_of(*rate);
  if (const auto limit = find<Json>(json, "detection_limit"))
    check.detection_limit_per_operation = number(*limit, "per_op");
  check.decided_after_s = number_if_there(json, "decided_after_s");
  check.decided_at_operations = find<std::uint64_t>(json, "decided_at_operations");
  check.exhausted_in_s = number_if_there(json, "exhausted_in_s");
  check.consequence_of = find<std::string>(json, "consequence_of");
  for (const Json& blame : value_or_empty<Json::array_t>(json, "blame"))
    check.blame.push_back(blame_of(blame));
  check.evidence = value_or_empty<std::vector<std::string>>(json, "evidence");
  for (const Json& event : value_or_empty<Json::array_t>(json, "timeline"))
    check.timeline.push_back(
        {number(event, "seconds"), value_or_empty<std::string>(event, "what")});
  check.stacks = stacks_of(json);
  return check;
}

Report report_of(const Json& json) {
  if (value_or_empty<std::string>(json.at("tool"), "name") != "watertight")
    throw ScenarioError("another tool wrote it");
  if (const int version = json.at("schema_version").get<int>(); version != kSchemaVersion)
    throw ScenarioError(
        fmt::format("it has schema version {}, this program reads {}", version, kSchemaVersion));
  Report report;
  report.is_strict = value_or_empty<bool>(json, "strict");
  report.error = value_or_empty<std::string>(json, "error");
  report.interrupted_by = value_or_empty<int>(json, "interrupted_by");
  report.invocation = value_or_empty<std::vector<std::string>>(json, "invocation");
  report.deadline_passed = value_or_empty<bool>(json, "deadline_passed");
  if (const auto daemon = find<Json>(json, "daemon")) {
    report.name = value_or_empty<std::string>(*daemon, "name");
    report.command = value_or_empty<std::vector<std::string>>(*daemon, "command");
    report.pid = find<int>(*daemon, "pid");
    report.ready_after_s = number_if_there(*daemon, "ready_after_s");
    report.containment = value_or_empty<std::string>(*daemon, "containment");
    report.stacks = stacks_of(*daemon);
    report.log_tail = value_or_empty<std::vector<std::string>>(*daemon, "log_tail");
  }
  if (const auto stress = find<Json>(json, "stress")) {
    report.operations = value_or_empty<std::uint64_t>(*stress, "operations");
    report.failed_operations = value_or_empty<std::uint64_t>(*stress, "failed_operations");
    report.stress_seconds = number(*stress, "seconds");
    report.first_failure = value_or_empty<std::string>(*stress, "first_failure");
    report.stopped = value_or_empty<std::string>(*stress, "stopped");
  }
  for (const Json& check : json.at("checks")) report.checks.push_back(check_of(check));
  return report;
}

}  // namespace

Report read_json(const std::filesystem::path& path) {
  const std::optional<std::string> text = posix::read_file(path);
  if (!text) throw ScenarioError(fmt::format("{}: there is no such file", path.string()));
  try {
    return report_of(Json::parse(*text));
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();
    throw ScenarioError(fmt::format("{} is no report of watertight's: {}", path.string(),
                                    what.substr(std::min(what.find("] ") + 2, what.size()))));
  } catch (const ScenarioError& error) {
    throw ScenarioError(
        fmt::format("{} is no report of watertight's: {}", path.string(), error.what()));
  }
}

}  // namespace watertight::report
