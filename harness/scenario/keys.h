// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario/file.h"
#include "scenario/value.h"

#include <string>
#include <vector>

namespace watertight::scenario {

/// The keys of a scenario file but `extends` and `matrix`, which tell how files and runs are put
/// together. Private to the room. What a key says replaces what was there before; of the tables
/// `environment` and `report` it replaces the entries that it names.
const Keys<FileRun>& run_keys();

/// The keys of a table or an array of tables: `stress`, `file`, `report`.
std::vector<std::string> keys_within(std::string_view table);

}  // namespace watertight::scenario
