// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "rehearsals/check.h"
#include "rehearsals/stage.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight::rehearsals {

/// How many there are of something, by what it is called.
using Counts = std::map<std::string, double>;

/// What a daemon holds more of after each burst of clients, all of whom have gone.
struct Kept {
  std::string what;
  double before = 0, after = 0;  ///< At rest: after the burst to get warm, and after the last one.
};

struct Bursts {
  std::vector<Kept> kept;
  unsigned bursts = 0;           ///< After the one to get warm.
  std::uint64_t operations = 0;  ///< Answered, in all of them.
  std::string describe() const;  ///< "16 fds after 5 bursts (7 before)", for each.
};

/// Lets bursts of clients come, 16 of whom hold their connections at a time where it has a stream
/// socket, and go. After each the daemon has `patience` to come down to what it held at rest
/// before. What it does not come down to, after five bursts in a row, is kept: a pool is full by
/// then.
Bursts let_bursts_come(launch::Daemon& daemon, const std::function<Counts()>& count,
                       Duration patience, const Interrupted& interrupted);

/// The verdict: a failure for what was kept; passed with `caught`.
CheckResult judge_bursts(const Bursts& bursts, launch::Daemon& daemon, std::string_view caught);

}  // namespace watertight::rehearsals
