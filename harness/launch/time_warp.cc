// SPDX-License-Identifier: Apache-2.0
#include "launch/time_warp.h"

#include "launch/elf_head.h"
#include "launch/preload.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLibrary = "faketime/libfaketimeMT.so.1";

bool is_of_our_machine(const fs::path& library) {
  const auto ours = read_elf_head("/proc/self/exe"), theirs = read_elf_head(library);
  return ours && theirs && ours->machine == theirs->machine;
}

/// The folders that a pattern stands for: itself, or, where it ends in `*`, those within.
std::vector<fs::path> expand(const std::string& pattern) {
  if (!pattern.ends_with('*')) return {pattern};
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(pattern).parent_path(), error))
    folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

}  // namespace

fs::path find_time_warp() {
  return find_time_warp({"/usr/lib/*", "/usr/lib64", "/usr/lib", "/usr/local/lib/*",
                         "/usr/local/lib64", "/usr/local/lib"});
}

fs::path find_time_warp(const std::vector<std::string>& folders) {
  for (const std::string& pattern : folders) {
    for (const fs::path& folder : expand(pattern)) {
      std::error_code error;
      const fs::path library = folder / kLibrary;
      if (fs::is_regular_file(library, error) && is_of_our_machine(library)) return library;
    }
  }
  throw HarnessError(
      "find",
      fmt::format("{}, which --warp needs (looked in {}; install it: apt install faketime)",
                  kLibrary, fmt::join(folders, ", ")),
      ENOENT);
}

void warp_time(std::map<std::string, std::string>& environment, double factor,
               const fs::path& library) {
  std::string& preload = environment["LD_PRELOAD"];
  preload += (preload.empty() ? "" : ":") + library.native();
  environment.insert_or_assign("FAKETIME", fmt::format("+0 x{}", factor));
}

std::string why_not_warped(pid_t pid) { return why_not_loaded(pid, "/libfaketime", "libfaketime"); }

}  // namespace watertight::launch
