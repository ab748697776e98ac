// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Checks of texts that may hold placeholders, before anything is started. Private to the
/// room. All throw ScenarioError with an example of what is right.

#include <string>
#include <string_view>

namespace watertight::scenario {

/// The highest N of `{portN}`.
inline constexpr unsigned kMostPorts = 64;

void require_host_port(std::string_view text);
void require_path(std::string_view text);
void require_url(std::string_view text);
void require_regex(std::string_view text);    ///< May be empty.
void require_pattern(std::string_view text);  ///< A regular expression that says something.
void require_duration(std::string_view text);
void require_command(std::string_view text);
void require_signal(std::string_view text);

/// `HUP` for "SIGHUP" or "hup". Throws for what is no signal or cannot be handled.
std::string signal_name(std::string_view text);

}  // namespace watertight::scenario
