// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/backend.h"

namespace watertight::blame {

/// Whether a sanitizer's runtime is in a program, given the bytes of its file, or asked for by it.
bool is_sanitized(std::string_view program);

/// Reads the reports of a daemon that was built with ASan, LSan, TSan or UBSan: lets it work, ends
/// it with SIGTERM, for leaks are told at the exit only, and blames the call sites that lost memory
/// or threads in proportion to the operations. Options that the user has set stay as they are.
///
/// Memory that is still referred to LeakSanitizer does not tell, and nothing at all where SIGTERM
/// ends the daemon by its default action or ptrace(2) is forbidden: of that it says so.
class Sanitizer final : public Backend {
 public:
  std::string_view name() const override { return "sanitizer"; }
  std::optional<std::string> prepare(Scenario& scenario) override;
  Answer explain(const Question& question) override;
};

}  // namespace watertight::blame
