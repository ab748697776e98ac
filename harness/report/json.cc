// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

namespace watertight::report {
namespace {

// Keys in the order in which a person would read them.
using Json = nlohmann::ordered_json;

// Whole numbers without a fraction; null where there is no finite number.
Json number(std::optional<double> value) {
  constexpr double kLastExact = 9007199254740992;  // 2^53
  if (!value || !std::isfinite(*value)) return nullptr;
  if (*value == std::trunc(*value) && std::abs(*value) <= kLastExact) {
    return static_cast<std::int64_t>(*value);
  }
  return *value;
}

void put(Json& object, const char* key, const std::optional<double>& value) {
  if (value) object[key] = number(value);
}

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json rate_of(const Rate& rate) {
  return {{"per_op", number(rate.per_operation)},
          {"low", number(rate.low)},
          {"high", number(rate.high)},
          {"per_second", number(rate.per_second)},
          {"unit", rate.unit}};
}

Json frame_of(const Frame& frame) {
  Json json = Json::object();
  put(json, "function", frame.function);
  put(json, "file", frame.file);
  if (frame.line > 0) json["line"] = frame.line;
  put(json, "module", frame.module);
  json["offset"] = frame.offset;
  return json;
}

Json blame_of(const Blame& blame) {
  Json json{{"share", number(blame.share)}, {"count", blame.count}};
  put(json, "what", blame.what);
  put(json, "fingerprint", blame.fingerprint);
  json["frames"] = Json::array();
  for (const Frame& frame : blame.frames) json["frames"].push_back(frame_of(frame));
  return json;
}

Json stacks_of(const std::vector<ThreadStack>& stacks) {
  Json all = Json::array();
  for (const ThreadStack& stack : stacks) {
    Json json{{"pid", stack.pid}, {"tid", stack.tid}};
    put(json, "name", stack.name);
    json["alike"] = stack.alike;
    json["frames"] = Json::array();
    for (const Frame& frame : stack.frames) json["frames"].push_back(frame_of(frame));
    all.push_back(json);
  }
  return all;
}

Json check_of(const CheckResult& check) {
  Json json{{"id", check.id},
            {"verdict", to_string(check.verdict)},
            {"severity", to_string(check.severity)},
            {"summary", check.summary}};
  if (check.rate) json["rate"] = rate_of(*check.rate);
  if (check.detection_limit_per_operation) {
    json["detection_limit"] = {{"per_op", number(check.detection_limit_per_operation)}};
  }
  put(json, "decided_after_s", check.decided_after_s);
  if (check.decided_at_operations) json["decided_at_operations"] = *check.decided_at_operations;
  put(json, "exhausted_in_s", check.exhausted_in_s);
  json["consequence_of"] = check.consequence_of ? Json(*check.consequence_of) : Json(nullptr);
  json["blame"] = Json::array();
  for (const Blame& blame : check.blame) json["blame"].push_back(blame_of(blame));
  json["evidence"] = check.evidence;
  for (const Event& event : check.timeline)
    json["timeline"].push_back({{"seconds", number(event.seconds)}, {"what", event.what}});
  if (!check.stacks.empty()) json["stacks"] = stacks_of(check.stacks);
  return json;
}

Json warp_of(const Warp& warp) {
  Json json{{"asked", number(warp.asked)}, {"measured", number(warp.measured)}};
  put(json, "refused", warp.refused);
  return json;
}

Json daemon_of(const Report& report) {
  Json json = Json::object();
  put(json, "name", report.name);
  json["command"] = report.command;
  if (report.pid) json["pid"] = *report.pid;
  put(json, "ready_after_s", report.ready_after_s);
  put(json, "containment", report.containment);
  if (report.warp) json["warp"] = warp_of(*report.warp);
  if (!report.log_tail.empty()) json["log_tail"] = report.log_tail;
  if (!report.stacks.empty()) json["stacks"] = stacks_of(report.stacks);
  return json;
}

Json stress_of(const Report& report) {
  Json json{{"operations", report.operations},
            {"failed_operations", report.failed_operations},
            {"seconds", number(report.stress_seconds)}};
  put(json, "first_failure", report.first_failure);
  put(json, "stopped", report.stopped);
  return json;
}

Json series_of(const Report& report) {
  Json json = Json::object();
  for (const auto& [name, values] : report.series) {
    Json& column = json[name] = Json::array();
    for (const std::optional<double>& value : values) column.push_back(number(value));
  }
  return json;
}

std::optional<std::string> kernel_release() {
  std::optional<std::string> text;
  try {
    text = posix::read_file("/proc/sys/kernel/osrelease");
  } catch (const HarnessError&) {
    return std::nullopt;  // a sandbox without it is no reason to lose the report
  }
  if (text) text->erase(text->find_last_not_of("\r\n ") + 1);
  return text;
}

Json environment() {
  Json json = Json::object();
  if (const auto kernel = kernel_release()) json["kernel"] = *kernel;
  if (const unsigned cpus = std::thread::hardware_concurrency(); cpus > 0) json["cpus"] = cpus;
  return json;
}

Json json_of(const Report& report) {
  Json json{{"schema_version", 1},
            {"tool", {{"name", "watertight"}, {"version", WATERTIGHT_VERSION}}},
            {"verdict", report.verdict()},
            {"exit_code", report.exit_code()},
            {"strict", report.is_strict}};
  if (!report.invocation.empty()) json["invocation"] = report.invocation;
  put(json, "error", report.error);
  if (report.interrupted_by != 0) json["interrupted_by"] = report.interrupted_by;
  if (report.deadline_passed) json["deadline_passed"] = true;
  json["daemon"] = daemon_of(report);
  json["stress"] = stress_of(report);
  json["checks"] = Json::array();
  for (const CheckResult& check : report.checks) json["checks"].push_back(check_of(check));
  json["series"] = series_of(report);
  json["environment"] = environment();
  return json;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A row of the text: a list of numbers, or an object of plain values.
bool is_row(const Json& json) {
  return std::none_of(json.begin(), json.end(), [&](const Json& item) {
    return item.is_structured() || (json.is_array() && item.is_string());
  });
}

// Indented by two, but a row stays one line: thousands of samples are read, and compared, by the
// column.
void write_indented(const Json& json, const std::string& margin, std::ostream& out) {
  if (!json.is_structured()) {
    out << dump(json);
    return;
  }
  const bool is_line = is_row(json);
  const std::string inner = is_line ? "" : "\n" + margin + "  ";
  const char* separator = "";
  out << (json.is_object() ? '{' : '[');
  for (const auto& [key, value] : json.items()) {
    out << separator << inner;
    if (json.is_object()) out << dump(key) << ": ";
    write_indented(value, margin + "  ", out);
    separator = is_line ? ", " : ",";
  }
  if (!is_line) out << '\n' << margin;
  out << (json.is_object() ? '}' : ']');
}

}  // namespace

void write_json(const Report& report, std::ostream& out) {
  write_indented(json_of(report), "", out);
  out << '\n';
}

}  // namespace watertight::report
