// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The table of the options of `check`, for the parser of the command line alone.

#include "cli/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace watertight::cli {

/// A value on the command line. The first of an option replaces what the scenario file said.
struct Given {
  const std::string& value;
  bool is_first;
};

/// An option of `check`: for the run, or for the stress before it.
struct Option {
  const char* names;  ///< As CLI11 takes them: "-q,--quiet".
  void (*apply)(ParsedCommandLine&, const Given&) = nullptr;
  void (*apply_to_stress)(Stress&, const Given&) = nullptr;
  bool is_flag = false;

  std::string long_name() const {
    const std::string_view all = names;
    return std::string(all.substr(all.find("--")));
  }
};

/// In the order of the help.
const std::vector<Option>& check_options();

}  // namespace watertight::cli
