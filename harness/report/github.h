// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a report, gives what GitHub Actions shows of it. Source: GitHub, "Workflow
/// commands".

#include <watertight/report.h>

#include <filesystem>
#include <ostream>

namespace watertight::report {

/// Writes a workflow command a finding, gravest first, beside the innermost line below
/// `source_root` where there is one. GitHub shows ten of a kind a step: no more are written.
void write_github_annotations(const Report& report, const std::filesystem::path& source_root,
                              std::ostream& out);

/// Writes the summary of a step: verdict, findings and what is not settled, as the part of HTML
/// that GitHub's Markdown lets through. Well below the 1 MiB that GitHub takes.
void write_github_summary(const Report& report, std::ostream& out);

}  // namespace watertight::report
