// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <string>
#include <vector>

namespace watertight::rehearsals {

/// unshare(1) with these options, as whoever the daemon runs as: root directly, others in a user
/// namespace of their own.
std::vector<std::string> unshare(const Scenario& scenario, const std::vector<std::string>& options);

/// Why a command cannot be run through these words; empty where it can.
std::string why_not_through(const Scenario& scenario, std::vector<std::string> words);

/// True where `--only` names the check itself, not a group of them.
bool is_chosen_by_name(const Scenario& scenario, std::string_view id);

}  // namespace watertight::rehearsals
