// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include "posix/file.h"
#include "report/facts.h"
#include "report/terminal.h"
#include "report/text.h"
#include "report/verdicts.h"

#include <watertight/error.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pugixml.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <sstream>
#include <string>
#include <string_view>

namespace watertight::report {
namespace {

/// What a test case holds beside its name; a passed one holds none.
struct Outcome {
  const char* element = nullptr;  ///< `failure`, `error` or `skipped`; null: passed.
  std::string type;
};

std::string group_of(std::string_view id) { return std::string(id.substr(0, id.find('.'))); }

Outcome outcome_of(const Report& report, const CheckResult& check) {
  const bool has_a_say = counts(report, check);
  switch (check.verdict) {
    case Verdict::kPass:
      return {};
    case Verdict::kFail:
      if (!has_a_say) return {"skipped", std::string(to_string(check.severity))};
      return {"failure", group_of(check.id) == "growth" ? "leak" : group_of(check.id)};
    case Verdict::kInconclusive:
      return {has_a_say && report.verdict() == "inconclusive" ? "error" : "skipped",
              "inconclusive"};
    case Verdict::kNotApplicable:
      return {"skipped", "not applicable"};
  }
  return {"error", "inconclusive"};
}

/// Of the run as a whole; passed where nothing befell it.
Outcome outcome_of(const Report& report) {
  if (!report.error.empty()) return {"error", "daemon"};
  if (report.interrupted_by != 0) return {"error", "interrupted"};
  if (report.deadline_passed) return {"error", "deadline"};
  return {};
}

void put(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(printable(value).c_str());
}

void put_seconds(pugi::xml_node node, double seconds) {
  if (std::isfinite(seconds)) put(node, "time", fmt::format("{:.3f}", std::max(seconds, 0.0)));
}

pugi::xml_node add_case(pugi::xml_node suite, const Report& report, std::string_view name) {
  pugi::xml_node test = suite.append_child("testcase");
  put(test, "classname", report.name);
  put(test, "name", name);
  return test;
}

/// GitLab shows the text and not the message, Jenkins both. `text` is printable.
void add_outcome(pugi::xml_node test, const Outcome& outcome, std::string_view message,
                 const std::string& text) {
  pugi::xml_node node = test.append_child(outcome.element);
  put(node, "type", outcome.type);
  put(node, "message", message);
  node.text().set(text.c_str());
}

std::string text_of(const Report& report, const CheckResult& check) {
  std::ostringstream text;
  write_check(report, check, text, {.columns = 120, .is_utf8 = true});
  return text.str();
}

void add_check(pugi::xml_node suite, const Report& report, const CheckResult& check) {
  pugi::xml_node test = add_case(suite, report, check.id);
  if (check.decided_after_s) put_seconds(test, *check.decided_after_s);
  const Outcome outcome = outcome_of(report, check);
  if (outcome.element) {
    add_outcome(test, outcome, check.summary, text_of(report, check));
  } else {
    test.append_child("system-out").text().set(printable(check.summary).c_str());
  }
}

void add_run(pugi::xml_node suite, const Report& report) {
  const Outcome outcome = outcome_of(report);
  if (!outcome.element) return;
  const std::string message = trouble(report);
  std::string text;
  for (const std::string& line : split_lines(message)) text += printable(line) + "\n";
  if (!report.log_tail.empty()) text += "last lines of the daemon's output:\n";
  for (const std::string& line : report.log_tail) text += "  " + printable(line) + "\n";
  add_outcome(add_case(suite, report, "run"), outcome, message, text);
}

void add_properties(pugi::xml_node suite, const Report& report) {
  pugi::xml_node properties = suite.append_child("properties");
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    pugi::xml_node property = properties.append_child("property");
    put(property, "name", name);
    put(property, "value", value);
  };
  add("tool", "watertight " WATERTIGHT_VERSION);
  add("command", fmt::format("{}", fmt::join(report.command, " ")));
  add("verdict", report.verdict());
  add("exit_code", std::to_string(report.exit_code()));
  add("operations", std::to_string(report.operations));
  add("failed_operations", std::to_string(report.failed_operations));
  add("first_failure", report.first_failure);
  add("stopped", report.stopped);
}

/// Counts of the elements below `suite`, for it and for the root.
void put_totals(pugi::xml_node node, pugi::xml_node suite) {
  const auto count_with = [&](const char* child) {
    const auto cases = suite.children("testcase");
    return std::count_if(cases.begin(), cases.end(),
                         [&](const pugi::xml_node& test) { return test.child(child); });
  };
  const auto cases = suite.children("testcase");
  put(node, "tests", std::to_string(std::distance(cases.begin(), cases.end())));
  put(node, "failures", std::to_string(count_with("failure")));
  put(node, "errors", std::to_string(count_with("error")));
}

std::string host_name() {
  try {
    const std::string text = posix::read_file("/proc/sys/kernel/hostname").value_or("");
    return text.substr(0, text.find('\n'));
  } catch (const HarnessError&) {
    return "";  // a sandbox without it is no reason to lose the report
  }
}

}  // namespace

void write_junit(const Report& report, std::ostream& out) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  put(declaration, "version", "1.0");
  put(declaration, "encoding", "UTF-8");
  pugi::xml_node root = document.append_child("testsuites");
  pugi::xml_node suite = root.append_child("testsuite");
  add_properties(suite, report);
  for (const CheckResult& check : report.checks) add_check(suite, report, check);
  add_run(suite, report);
  for (pugi::xml_node node : {root, suite}) {
    put(node, "name", node == root ? "watertight" : report.name);
    put_totals(node, suite);
    put_seconds(node, report.stress_seconds);
  }
  const auto skipped = suite.select_nodes("testcase/skipped").size();
  put(suite, "skipped", std::to_string(skipped));
  put(suite, "timestamp", fmt::format("{:%FT%T}", fmt::gmtime(std::time(nullptr))));
  if (const std::string host = host_name(); !host.empty()) put(suite, "hostname", host);
  document.save(out, "  ");
}

}  // namespace watertight::report
