// SPDX-License-Identifier: Apache-2.0
#include "report/openmetrics.h"

#include "report/text.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watertight::report {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

std::string escaped(std::string_view value) {
  std::string safe;
  for (const char c : printable(value)) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

/// Families of gauges, each told of once before its samples.
class Metrics {
 public:
  Metrics(const Report& report, std::ostream& out) : daemon_(report.name), out_(out) {}

  void begin(std::string_view name, std::string_view help) {
    name_ = name;
    out_ << fmt::format("# HELP watertight_{0} {1}\n# TYPE watertight_{0} gauge\n", name, help);
  }

  void sample(const Labels& labels, std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return;
    out_ << fmt::format("watertight_{}{{daemon=\"{}\"", name_, escaped(daemon_));
    for (const auto& [label, text] : labels)
      out_ << fmt::format(",{}=\"{}\"", label, escaped(text));
    out_ << fmt::format("}} {}\n", *value);
  }

 private:
  std::string_view daemon_;
  std::string_view name_;
  std::ostream& out_;
};

void write_run(const Report& report, Metrics& metrics) {
  metrics.begin("run_verdict", "1 for the verdict of the run.");
  metrics.sample({{"verdict", report.verdict()}}, 1);
  metrics.begin("stress_operations", "Operations that were made.");
  metrics.sample({}, static_cast<double>(report.operations));
  metrics.begin("stress_failed_operations", "Operations that failed.");
  metrics.sample({}, static_cast<double>(report.failed_operations));
  metrics.begin("stress_seconds", "How long the stress took.");
  metrics.sample({}, report.stress_seconds);
}

void write_checks(const Report& report, Metrics& metrics) {
  metrics.begin("check_verdict", "1 for the verdict of the check.");
  for (const CheckResult& check : report.checks) {
    metrics.sample({{"check", check.id},
                    {"severity", std::string(to_string(check.severity))},
                    {"verdict", std::string(to_string(check.verdict))}},
                   1);
  }
}

void write_rates(const Report& report, Metrics& metrics) {
  struct Column {
    std::string_view name, help;
    double Rate::*value;
  };
  static constexpr Column kColumns[] = {
      {"growth_per_operation", "What an operation adds.", &Rate::per_operation},
      {"growth_per_operation_low", "Low end of its 99 % interval.", &Rate::low},
      {"growth_per_operation_high", "High end of its 99 % interval.", &Rate::high}};
  for (const Column& column : kColumns) {
    metrics.begin(column.name, column.help);
    for (const CheckResult& check : report.checks)
      if (check.rate)
        metrics.sample({{"check", check.id}, {"unit", check.rate->unit}},
                       (*check.rate).*column.value);
  }
  metrics.begin("detection_limit_per_operation", "The least growth that would have been found.");
  for (const CheckResult& check : report.checks)
    metrics.sample({{"check", check.id}}, check.detection_limit_per_operation);
}

void write_resources(const Report& report, Metrics& metrics) {
  metrics.begin("resource", "The last amount of the resource in the growth run.");
  for (const auto& [resource, amounts] : report.series) {
    if (resource == "operations" || resource == "seconds" || amounts.empty()) continue;
    metrics.sample({{"resource", resource}}, amounts.back());
  }
}

}  // namespace

void write_openmetrics(const Report& report, std::ostream& out) {
  Metrics metrics(report, out);
  write_run(report, metrics);
  write_checks(report, metrics);
  write_rates(report, metrics);
  write_resources(report, metrics);
  out << "# EOF\n";
}

}  // namespace watertight::report
