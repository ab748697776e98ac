// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/backend.h"

#include <string>

namespace watertight::blame {

/// Runs the daemon under Valgrind's memcheck and asks it, through vgdb and between rounds of
/// operations, what has grown: memory that is lost and memory that is still referred to, and open
/// descriptors, each with the stack that asked for it. A call site is blamed where it grew in every
/// round. Needs no rebuild; costs the daemon a factor of 10 to 50 (memcheck) and each question a
/// quarter of a second.
///
/// Memcheck knows nothing of threads, children, files and mappings: of those it says so. vgdb wakes
/// a waiting daemon by ptrace(2); where that is forbidden, explain() throws.
class Valgrind final : public Backend {
 public:
  std::string_view name() const override { return "valgrind"; }
  std::optional<std::string> prepare(Scenario& scenario) override;
  Answer explain(const Question& question) override;

 private:
  class Interview;

  std::string vgdb_;  ///< Path; of the same installation as Valgrind.
};

}  // namespace watertight::blame
