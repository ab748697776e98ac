// SPDX-License-Identifier: Apache-2.0
#include "report/source_places.h"

#include "report/text.h"

namespace watertight::report {

std::optional<SourcePlace> source_place(const Frame& frame, const std::filesystem::path& root) {
  if (frame.file.empty() || frame.line < 1) return std::nullopt;
  const std::filesystem::path file = (root / frame.file).lexically_normal();
  const std::filesystem::path inside = file.lexically_relative(root.lexically_normal());
  if (inside.empty() || *inside.begin() == "..") return std::nullopt;
  return SourcePlace{printable(inside.generic_string()), frame.line, printable(frame.function)};
}

std::vector<SourcePlace> source_places(const Blame& blame, const std::filesystem::path& root) {
  std::vector<SourcePlace> places;
  for (const Frame& frame : blame.frames)
    if (auto place = source_place(frame, root)) places.push_back(std::move(*place));
  return places;
}

}  // namespace watertight::report
