// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::blame {

/// The value of an option in the text of `ASAN_OPTIONS` and its like (`a=1:log_path='/x y'`); of
/// several the last, as the sanitizers take it. Empty where it is not there.
std::optional<std::string> find_option(std::string_view options, std::string_view name);

/// Adds what the user has not set himself; what he has set stays word for word.
std::string merge_options(std::string_view users, const std::map<std::string, std::string>& ours);

/// Puts into `environment` what the harness needs of every sanitizer: reports in files that begin
/// with `log_path`, a quarantine that does not look like a leak, UBSan's stacks, and TSan's exit
/// only at the end. Starts from what `inherited` has where `environment` has nothing.
void set_sanitizer_options(std::map<std::string, std::string>& environment,
                           const std::map<std::string, std::string>& inherited,
                           const std::string& log_path);

}  // namespace watertight::blame
