// SPDX-License-Identifier: Apache-2.0
#include <watertight/check.h>

#include "posix/process.h"
#include "report/baseline.h"
#include "report/quantity.h"
#include "run/blame.h"
#include "run/catalogue.h"
#include "run/consequences.h"
#include "run/growth.h"
#include "run/rehearse.h"
#include "run/watch.h"
#include "scenario/file.h"

#include <watertight/error.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace watertight {
namespace {

using namespace std::chrono_literals;
using run::Selection;
using run::Watch;

/// Long enough for anything the scenario allows, and an end to what hangs in spite of that.
posix::Clock::duration own_deadline(const Scenario& scenario, const Selection& selection) {
  const auto usual = 2 * scenario.ready.timeout + 3 * scenario.window.length + 10s;
  const auto rehearsal = (scenario.is_thorough ? 4 : 1) * usual;
  const int attempts = 2;  // With the agent, and without.
  return attempts * scenario.budget.whole_time() * (scenario.extends ? 16 : 1) + 60s +
         run::kLongestBlame +
         rehearsal * (1 + selection.rehearsals.size() + (scenario.warp ? 2 : 0));
}

/// `--known`: a failure that is expected does not fail the run, and its absence does.
void apply_known(const Scenario& scenario, Report& report) {
  for (const std::string& known : scenario.known) {
    for (CheckResult& check : report.checks) {
      if (check.id != known) continue;
      if (check.verdict == Verdict::kFail) {
        check.severity = Severity::kInfo;
        check.summary = "known: " + check.summary;
      } else if (check.verdict == Verdict::kPass) {
        check.verdict = Verdict::kFail;
        check.severity = Severity::kFail;
        check.summary = fmt::format("was expected to fail and did not; drop --known {} ({})", known,
                                    check.summary);
      }
    }
  }
}

/// `--baseline`: what is known fails the run no more.
report::Baseline read_baseline(const Scenario& scenario) {
  return scenario.baseline.empty() ? report::Baseline() : report::read_baseline(scenario.baseline);
}

/// `ctest -T memcheck` puts Valgrind around what it runs, and Valgrind lacks pidfd_open(2) (3.19).
bool is_under_valgrind() {
  const auto environment = posix::current_environment();
  const auto preloaded = environment.find("LD_PRELOAD");
  return preloaded != environment.end() &&
         preloaded->second.find("vgpreload_") != std::string::npos;
}

void report_all_not_applicable(const Selection& selection, const char* why, Report& report) {
  for (const std::string& id : selection.ids()) {
    CheckResult result;
    result.id = id;
    result.summary = why;
    report.checks.push_back(result);
  }
}

std::string today() { return fmt::format("{:%F}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

Report check(const Scenario& given, Observer* observer) {
  Scenario scenario = given;
  scenario::complete_and_validate(scenario);
  const blame::Suppressions suppressions = run::read_suppressions(scenario);
  const report::Baseline baseline = read_baseline(scenario);
  Selection selection = run::select_checks(scenario);
  for (const report::KnownLeak& leak : baseline.leaks) selection.expected.push_back(leak.check);
  const Watch watch(observer, own_deadline(scenario, selection));

  Report report;
  report.name = scenario.name;
  report.command = scenario.command;
  report.is_strict = scenario.is_strict;
  if (is_under_valgrind()) {
    report_all_not_applicable(selection,
                              "Valgrind is around the harness, where it sees nothing of the "
                              "daemon; run the daemon under it (CMake: WATERTIGHT_LAUNCHER)",
                              report);
    return report;
  }
  try {
    std::string why_no_agent;
    if (!selection.growth.empty())
      why_no_agent = run::run_growth(scenario, selection, watch, suppressions, report);
    run::add_blame(scenario, suppressions, watch, why_no_agent, report);
    Scenario bare = scenario;
    bare.warp.reset();
    run::run_rehearsals(bare, selection, watch, report);
  } catch (const HarnessError& error) {
    report.error = fmt::format("the harness could not measure: {}", error.what());
  }
  if (const int interrupted = watch.interrupted(); interrupted > 0)
    report.interrupted_by = interrupted;
  run::mark_consequences(report.checks);
  apply_known(scenario, report);
  report::accept_known(baseline, today(), report);
  return report;
}

std::string version() { return "watertight " WATERTIGHT_VERSION; }

}  // namespace watertight
