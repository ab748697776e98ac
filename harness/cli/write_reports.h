// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <filesystem>
#include <string>

namespace watertight::cli {

/// Where a report goes: files are empty for nowhere, `-` for standard output (one of them at most).
struct ReportTargets {
  std::filesystem::path json;
  std::filesystem::path junit;
  std::string color = "auto";  ///< Of the terminal: `auto`, `always` or `never`.
  bool is_quiet = false;
};

/// Throws ScenarioError where a file could not be written, or two want standard output.
void require_writable(const ReportTargets& targets);

/// Writes the files, and the text on standard output, or on standard error where a file goes there.
/// Throws HarnessError where it did not all arrive.
void write_reports(const Report& report, const ReportTargets& targets);

}  // namespace watertight::cli
