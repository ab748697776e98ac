// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes call stacks, gives places in the user's sources, which review tools can show.
/// Private to report/.

#include <watertight/report.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace watertight::report {

/// A line of a file below the root of the sources.
struct SourcePlace {
  std::string file;  ///< Relative to the root, with slashes.
  int line = 0;      ///< From 1.
  std::string function;
};

/// The frame's line; nothing where it is not known, or not below `root`: a header of the system, a
/// library without sources. A relative file counts from `root`. Does not look at the files.
std::optional<SourcePlace> source_place(const Frame& frame, const std::filesystem::path& root);

/// Those of a stack that have one, innermost first.
std::vector<SourcePlace> source_places(const Blame& blame, const std::filesystem::path& root);

}  // namespace watertight::report
