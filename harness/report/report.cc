// SPDX-License-Identifier: Apache-2.0
#include <watertight/report.h>

#include "report/verdicts.h"

#include <algorithm>

namespace watertight {
namespace {

bool passed(const Report& report, std::string_view id) {
  return std::any_of(report.checks.begin(), report.checks.end(), [&](const CheckResult& check) {
    return check.id == id && check.verdict == Verdict::kPass;
  });
}

}  // namespace

namespace report {

bool counts(const Report& report, const CheckResult& check) {
  // Live heap is the finer instrument: where it passed, resident memory has nothing left to settle.
  if (check.id == "growth.rss" && check.verdict == Verdict::kInconclusive &&
      passed(report, "growth.heap")) {
    return false;
  }
  return check.severity == Severity::kFail ||
         (check.severity == Severity::kWarn && report.is_strict);
}

}  // namespace report

namespace {

using report::counts;

// What the checks say together, whatever else befell the run.
Verdict verdict_of_checks(const Report& report) {
  bool has_pass = false;
  bool has_warning = false;
  bool has_unsettled = false;
  bool is_unsettled = false;
  for (const CheckResult& check : report.checks) {
    switch (check.verdict) {
      case Verdict::kFail:
        if (counts(report, check)) return Verdict::kFail;
        has_warning = true;
        break;
      case Verdict::kInconclusive:
        has_unsettled = true;
        is_unsettled = is_unsettled || counts(report, check);
        break;
      case Verdict::kPass:
        has_pass = true;
        break;
      case Verdict::kNotApplicable:
        break;
    }
  }
  if (is_unsettled) return Verdict::kInconclusive;
  if (has_pass || has_warning) return Verdict::kPass;
  // Nothing was settled: that is never green, whatever the severity.
  return has_unsettled ? Verdict::kInconclusive : Verdict::kNotApplicable;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kInconclusive:
      return "inconclusive";
    case Verdict::kNotApplicable:
      return "not_applicable";
  }
  return "inconclusive";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kFail:
      return "fail";
    case Severity::kWarn:
      return "warn";
    case Severity::kInfo:
      return "info";
  }
  return "fail";
}

std::string Report::verdict() const {
  const Verdict checked = verdict_of_checks(*this);
  if (checked == Verdict::kFail) return "fail";
  if (!error.empty()) return "error";
  if (interrupted_by != 0 || deadline_passed) return "inconclusive";
  return std::string(to_string(checked));
}

int Report::exit_code() const {
  const Verdict checked = verdict_of_checks(*this);
  if (interrupted_by != 0) return 128 + interrupted_by;
  if (checked == Verdict::kFail) return 1;
  if (!error.empty()) return 3;
  if (deadline_passed) return 124;
  if (checked == Verdict::kInconclusive) return 4;
  if (checked == Verdict::kNotApplicable) return 77;
  return 0;
}

}  // namespace watertight
