// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The leaks that a project knows and has not mended yet: a file that is committed, so that a
/// run fails on the next one only. It only ever shrinks, unless it is told to take something in.

#include <watertight/report.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {

/// One leak that is known: a call site of a check, or the check itself.
struct KnownLeak {
  std::string check;
  std::string call_site = {};  ///< Fingerprint; empty for what has no call site.
  std::string where = {};      ///< The call site for people.
  std::optional<double> per_op =
      {};                   ///< What it leaks at most in one operation; empty without rate.
  std::string unit = {};    ///< Of `per_op`.
  std::string reason = {};  ///< Why it is there.
  std::string until = {};   ///< Last day on which it is accepted, YYYY-MM-DD; or empty.
};

/// What a project accepts.
struct Baseline {
  std::vector<KnownLeak> leaks;  ///< By check and call site.
};

/// The checks of the report that fail, and count, as leaks that are known. A growth is divided
/// among its call sites by their shares; what no call site has is an entry without one.
Baseline baseline_of(const Report& report, const std::string& reason, const std::string& until);

/// The baseline, lowered to what the report still finds: what is mended goes, what leaks less gets
/// its lower rate. Checks that the report says nothing about stay as they are.
Baseline ratcheted(const Baseline& baseline, const Report& report);

/// The baseline with the leaks that are added. One that it knows keeps its reason and its day, and
/// gets the higher rate.
Baseline joined(const Baseline& baseline, const Baseline& added);

/// Lets the failures of the report that the baseline accepts fail no longer: they become
/// information. A failure at a significantly higher rate, from a call site that is not accepted,
/// or accepted until before `today` (YYYY-MM-DD), stays, and its summary says which of these it is.
/// A check that passes and is still in the baseline says so.
void accept_known(const Baseline& baseline, std::string_view today, Report& report);

/// Throws ScenarioError, with the file's name, where it is missing or no baseline.
Baseline read_baseline(const std::filesystem::path& path);

/// Throws ScenarioError where `text` is no day of the form YYYY-MM-DD.
void require_day(const std::string& text);

/// The text of the file: JSON, one leak a line, sorted, so that two branches merge.
std::string text_of(const Baseline& baseline);

}  // namespace watertight::report
