// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <filesystem>
#include <ostream>
#include <span>
#include <string>

namespace watertight::cli {

/// Where a report goes: files are empty for nowhere, `-` for standard output (one of them at most).
struct ReportTargets {
  std::filesystem::path json;
  std::filesystem::path junit;
  std::filesystem::path html;
  std::filesystem::path sarif;
  std::filesystem::path tap;
  std::filesystem::path openmetrics;
  std::filesystem::path folded;
  std::string color = "auto";  ///< Of the terminal: `auto`, `always` or `never`.
  bool is_quiet = false;
};

/// An option that names a report file.
struct ReportOption {
  const char* name;  ///< `--json`
  std::filesystem::path ReportTargets::*path;
  void (*write)(const Report&, std::ostream&);
};

/// One for each format.
std::span<const ReportOption> report_options();

/// Throws ScenarioError where a file could not be written, or two want standard output.
void require_writable(const ReportTargets& targets);

/// Writes the files, and the text on standard output, or on standard error where a file goes there.
/// In a step of GitHub Actions (GITHUB_ACTIONS, GITHUB_STEP_SUMMARY) also its annotations and its
/// summary. Throws HarnessError where it did not all arrive.
void write_reports(const Report& report, const ReportTargets& targets);

}  // namespace watertight::cli
