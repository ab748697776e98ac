// SPDX-License-Identifier: Apache-2.0
#include "report/sarif.h"

#include "report/blame_lines.h"
#include "report/facts.h"
#include "report/source_places.h"
#include "report/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace watertight::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSourceRoot = "SRCROOT";
/// GitHub shows no more of a path.
constexpr std::size_t kMostSteps = 100;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::kFail:
      return "error";
    case Severity::kWarn:
      return "warning";
    case Severity::kInfo:
      return "note";
  }
  return "error";
}

Json text(std::string_view words) { return {{"text", printable(words)}}; }

/// Percent-encoded as RFC 3986 has it for a path.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kAlso = "-._~/!$&'()*+,;=@";
  std::string uri;
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kAlso.find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json location_of(const SourcePlace& place) {
  Json location{{"physicalLocation",
                 {{"artifactLocation", {{"uri", uri_of(place.file)}, {"uriBaseId", kSourceRoot}}},
                  {"region",
                   {{"startLine", place.line},
                    {"startColumn", 1},
                    {"endLine", place.line},
                    {"endColumn", 2}}}}}};
  if (!place.function.empty()) location["message"] = text(place.function);
  return location;
}

/// GitHub shows a path from caller to culprit, other tools the stack from the culprit outwards.
void put_stack(Json& result, std::vector<SourcePlace> places) {
  if (places.size() > kMostSteps) places.resize(kMostSteps);
  Json frames = Json::array(), steps = Json::array();
  for (const SourcePlace& place : places) {
    frames.push_back({{"location", location_of(place)}});
    steps.insert(steps.begin(), Json{{"location", location_of(place)}});
  }
  result["stacks"] = {{{"message", text("call stack, innermost first")}, {"frames", frames}}};
  result["codeFlows"] = {{{"threadFlows", {{{"locations", steps}}}}}};
}

std::string message_of(const CheckResult& check, const Blame& site) {
  std::string message = check.summary + ".";
  for (const std::string& line : describe_blame({site})) message += " " + line + ".";
  return message;
}

std::string fingerprint_of(const CheckResult& check, const Blame& site, const SourcePlace& place) {
  if (!site.fingerprint.empty()) return check.id + ":" + site.fingerprint;
  return fmt::format("{}:{}:{}", check.id, place.file, place.function);
}

Json result_of(const CheckResult& check, const Blame& site,
               const std::vector<SourcePlace>& places) {
  Json result{{"ruleId", printable(check.id)},
              {"level", level_of(check.severity)},
              {"message", text(message_of(check, site))},
              {"locations", {location_of(places.front())}},
              {"partialFingerprints",
               {{"primaryLocationLineHash", fingerprint_of(check, site, places.front())},
                {"watertightStack/v1", fingerprint_of(check, site, places.front())}}}};
  if (places.size() > 1) put_stack(result, places);
  return result;
}

Json notification_of(std::string_view level, std::string_view message) {
  return {{"level", level}, {"message", text(message)}};
}

Json rule_of(const Rule& rule) {
  const std::string help = fmt::format("{} {}", rule.why, rule.cure);
  return {{"id", rule.id},
          {"shortDescription", text(rule.title)},
          {"fullDescription", text(rule.what)},
          {"help",
           {{"text", printable(help)},
            {"markdown", fmt::format("**Why.** {}\n\n**Cure.** {}\n", rule.why, rule.cure)}}},
          {"defaultConfiguration", {{"level", level_of(rule.severity)}}},
          {"properties",
           {{"precision", "very-high"}, {"tags", {rule.id.substr(0, rule.id.find('.'))}}}}};
}

/// Findings as results where their place is known, else, with all that a reader must not miss, as
/// notifications.
struct Findings {
  Json results = Json::array();
  Json notifications = Json::array();
};

void add_failed(const CheckResult& check, const std::filesystem::path& root, Findings& findings) {
  const std::size_t before = findings.results.size();
  for (const Blame& site : check.blame) {
    const std::vector<SourcePlace> places = source_places(site, root);
    if (!places.empty()) findings.results.push_back(result_of(check, site, places));
  }
  if (findings.results.size() > before) return;
  Json notification = notification_of(level_of(check.severity), check.id + ": " + check.summary);
  notification["associatedRule"] = {{"id", printable(check.id)}};
  findings.notifications.push_back(std::move(notification));
}

Findings findings_of(const Report& report, const std::filesystem::path& root) {
  Findings findings;
  for (const CheckResult* check : select(report, Verdict::kFail))
    add_failed(*check, root, findings);
  for (const CheckResult* check : select(report, Verdict::kInconclusive)) {
    findings.notifications.push_back(
        notification_of("note", fmt::format("{}: not settled: {}", check->id, check->summary)));
  }
  if (const std::string what = trouble(report); !what.empty())
    findings.notifications.push_back(notification_of("error", what));
  return findings;
}

Json driver_of(const Report& report, const std::vector<Rule>& rules) {
  Json driver{{"name", "watertight"}, {"semanticVersion", WATERTIGHT_VERSION}};
  driver["rules"] = Json::array();
  for (const Rule& rule : rules) {
    const auto is_its = [&](const CheckResult& check) { return check.id == rule.id; };
    if (std::ranges::any_of(report.checks, is_its)) driver["rules"].push_back(rule_of(rule));
  }
  return driver;
}

}  // namespace

void write_sarif(const Report& report, const std::vector<Rule>& rules,
                 const std::filesystem::path& source_root, std::ostream& out) {
  const Findings findings = findings_of(report, source_root);
  const Json run{
      {"tool", {{"driver", driver_of(report, rules)}}},
      {"automationDetails", {{"id", fmt::format("watertight/{}/", printable(report.name))}}},
      {"originalUriBaseIds", {{kSourceRoot, {{"description", text("The root of the sources.")}}}}},
      {"invocations",
       {{{"executionSuccessful", report.error.empty() && report.interrupted_by == 0},
         {"exitCode", report.exit_code()},
         {"toolExecutionNotifications", findings.notifications}}}},
      {"results", findings.results}};
  const Json sarif{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", {run}}};
  out << sarif.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace watertight::report
