// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::run {

/// Something that a machine can or cannot do for us, as it was tried out.
struct Ability {
  enum class Weight {
    kEssential,  ///< Without it nothing can be checked.
    kMore,       ///< More can be checked with it.
    kFaster,     ///< A slower way takes its place.
  };
  std::string_view name;  ///< `launch`, `agent`, `ptrace`, …
  Weight weight = Weight::kMore;
  bool is_there = false;
  std::string found;   ///< What was tried or looked at, and what came of it.
  std::string remedy;  ///< How to get it; empty where it is there.
};

/// Tries out what the backends and the checks build on. Starts processes, which are gone at the
/// end. `ptrace` and `root` are what checks of tier 2 and 3 need.
std::vector<Ability> look_at_machine(const std::function<int()>& interrupted);

}  // namespace watertight::run
