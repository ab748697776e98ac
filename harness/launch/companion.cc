// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> places() {
  std::vector<fs::path> folders;
  if (const char* chosen = std::getenv("WATERTIGHT_LIBEXEC");
      chosen != nullptr && *chosen != '\0') {
    folders.emplace_back(fs::absolute(chosen));
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    folders.push_back(program.parent_path());
    folders.push_back(program.parent_path().parent_path() / "libexec/watertight");
  }
  folders.emplace_back(WATERTIGHT_INSTALLED_COMPANIONS);
  folders.emplace_back(WATERTIGHT_BUILT_COMPANIONS);
  return folders;
}

}  // namespace

fs::path companion(std::string_view name) {
  std::vector<std::string> looked_in;
  for (const fs::path& folder : places()) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
    looked_in.push_back(folder.native());
  }
  throw HarnessError(
      "find",
      fmt::format("{} (looked in {}; set WATERTIGHT_LIBEXEC to the folder that holds it)", name,
                  fmt::join(looked_in, ", ")),
      ENOENT);
}

}  // namespace watertight::launch
