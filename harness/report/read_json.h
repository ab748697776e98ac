// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the JSON that `json.h` writes, gives the report again: for comparing runs.

#include <watertight/report.h>

#include <filesystem>

namespace watertight::report {

/// The report in the file, its series left out. Fields that are not known are skipped, those that
/// are absent stay empty. Throws ScenarioError, with the file's name, where it cannot be read, is
/// no JSON, no report of watertight's, or of another schema version.
Report read_json(const std::filesystem::path& path);

}  // namespace watertight::report
