// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/backend.h"

#include <filesystem>
#include <optional>

namespace watertight::blame {

/// Asks LeakSanitizer about a dynamic program that was not built with it: preloads the runtime of
/// gcc's or clang's AddressSanitizer and a library of ours that looks for leaks when it is told to,
/// between rounds of operations. Sites that lose memory in every round are to blame; what was lost
/// at the start only is a remark.
///
/// Memory that is still referred to it does not tell. Where LeakSanitizer may not stop the daemon
/// with ptrace(2) it is not asked, for it would end it.
class OnDemandLeaks final : public Backend {
 public:
  /// With another runtime than the one that is found; empty: there is none.
  OnDemandLeaks();
  explicit OnDemandLeaks(std::filesystem::path runtime) : runtime_(std::move(runtime)) {}

  std::string_view name() const override { return "LeakSanitizer"; }
  std::optional<std::string> prepare(Scenario& scenario) override;
  Answer explain(const Question& question) override;

 private:
  class Interview;
  std::filesystem::path runtime_;
};

/// Of gcc, else of clang, in the folders where distributions have them; empty where there is none.
std::filesystem::path find_sanitizer_runtime();

}  // namespace watertight::blame
