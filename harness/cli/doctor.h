// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/terminal.h"
#include "run/explanations.h"
#include "run/machine.h"

#include <ostream>
#include <string>
#include <vector>

namespace watertight::cli {

/// `watertight doctor`: what works on this machine. Exit code 0 where all that is essential does.
int run_doctor(const std::vector<std::string>& arguments);

/// The page, and whether all that is essential works.
bool write_diagnosis(const std::vector<run::Ability>& abilities,
                     const std::vector<run::CheckDescription>& checks, std::ostream& out,
                     const report::TerminalStyle& style);

}  // namespace watertight::cli
