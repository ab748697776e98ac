// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <filesystem>
#include <functional>
#include <ostream>

namespace watertight::cli {

/// Throws ScenarioError where a report could not be written to `path` ("" and `-` always can).
/// Creates and changes nothing, so that a run that is killed leaves no empty report behind.
void require_writable(const std::filesystem::path& path);

/// Creates or replaces the file with what `write` writes. Throws HarnessError where it did not all
/// arrive.
void write_report_file(const std::filesystem::path& path,
                       const std::function<void(std::ostream&)>& write);

}  // namespace watertight::cli
