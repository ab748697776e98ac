// SPDX-License-Identifier: Apache-2.0
#include "cli/report_files.h"

#include <watertight/error.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace watertight::cli {

void require_writable(const std::filesystem::path& path) {
  if (path.empty() || path == "-") return;
  const auto refuse = [&](std::string_view why) {
    throw ScenarioError(fmt::format("the report {} cannot be written: {}", path.string(), why));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) refuse("it is a folder");
  const bool is_there = std::filesystem::exists(path, ignored);
  // To open a pipe would wait for its reader.
  if (is_there && !std::filesystem::is_regular_file(path, ignored)) return;
  if (!std::ofstream(path, std::ios::app)) refuse(std::generic_category().message(errno));
  if (!is_there) std::filesystem::remove(path, ignored);
}

void write_report_file(const std::filesystem::path& path,
                       const std::function<void(std::ostream&)>& write) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) throw HarnessError("open", path.string(), errno);
  write(file);
  file.close();
  if (!file) throw HarnessError("write", path.string(), errno);
}

}  // namespace watertight::cli
