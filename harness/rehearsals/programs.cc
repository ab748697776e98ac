// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/programs.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace watertight::rehearsals {
namespace {

/// Empty for a zombie.
std::filesystem::path program_of(pid_t pid) {
  std::error_code gone;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), gone);
}

}  // namespace

bool run_different_programs(pid_t one, pid_t other) {
  const auto first = program_of(one), second = program_of(other);
  return !first.empty() && !second.empty() && first != second;
}

}  // namespace watertight::rehearsals
