// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/running.h"

#include <algorithm>

namespace watertight::rehearsals {
namespace {

// Alone are those that put load on the machine (contended, handover, emfile, responsive), that
// measure a time or CPU (idle, emfile), or that give children 200 ms (survivors). shutdown.ipc_left
// would see the shared memory of a neighbour of the same name.
constexpr Running kRunnings[] = {
    {"shutdown.idle", Company::kNone, 0.5, 10},
    {"shutdown.contended", Company::kNone, 2, 3},
    {"shutdown.broadcast", Company::kAny, 1, 9},
    {"shutdown.during_start", Company::kAny, 6, 60},
    {"shutdown.repeated", Company::kAny, 2, 24},
    {"shutdown.status", Company::kAny, 0.5, 1},
    {"shutdown.survivors", Company::kNone, 0.5, 1},
    {"shutdown.files_left", Company::kAny, 0.5, 1},
    {"shutdown.ipc_left", Company::kNone, 0.5, 1},
    {"lock.racers", Company::kAny, 4, 9},
    {"lock.loser", Company::kAny, 1, 2},
    {"lock.loser_harmless", Company::kAny, 1, 2},
    {"lock.content", Company::kAny, 0.3, 1},
    {"lock.held", Company::kAny, 0.5, 1},
    {"lock.not_inherited", Company::kAny, 1, 2},
    {"lock.crash_recovery", Company::kAny, 1, 12},
    {"lock.pid_reuse", Company::kAny, 0.5, 1},
    {"lock.handover", Company::kNone, 7, 2},
    {"lock.cleanup", Company::kAny, 0.5, 1},
    {"lock.removes_only_own", Company::kAny, 0.5, 1},
    {"lock.permissions", Company::kAny, 0.3, 1},
    {"lock.symlink", Company::kAny, 0.3, 1},
    {"lock.location", Company::kAny, 0.1, 0},
    {"lock.unwritable", Company::kAny, 0.5, 2},
    {"lock.survives_life", Company::kAny, 4, 1},
    {"lock.garbage", Company::kAny, 2, 11},
    {"lock.disk_full", Company::kAny, 1.5, 2},
    {"lock.unlink_race_stop", Company::kAny, 5, 3},
    {"lock.unlink_race_start", Company::kAny, 5, 3},
    {"lock.empty_window", Company::kAny, 5, 2},
    {"lock.file_removed", Company::kAny, 2, 2},
    {"lock.without_file", Company::kAny, 0.5, 2},
    {"signals.map", Company::kAny, 0.3, 1},
    {"signals.storm", Company::kNone, 4, 2},
    {"signals.stuck_handler", Company::kAny, 1, 1},
    {"signals.old_zombies", Company::kAny, 1, 1},
    {"signals.default_killers", Company::kAny, 0.3, 1},
    {"signals.eintr", Company::kAny, 2, 1},
    {"signals.sigpipe", Company::kAny, 1, 1},
    {"signals.sigchld", Company::kAny, 2, 1},
    {"signals.crash_ends", Company::kAny, 1, 2},
    {"start.ready_first", Company::kAny, 1, 20},
    {"start.failure_reported", Company::kAny, 2, 2},
    {"start.session", Company::kAny, 0.5, 1},
    {"start.std_fds", Company::kAny, 0.5, 1},
    {"start.mask_reset", Company::kAny, 5, 2},
    {"start.closed_std_fds", Company::kAny, 0.5, 2},
    {"start.inherited_fds", Company::kAny, 0.5, 2},
    {"start.cwd", Company::kAny, 0.5, 1},
    {"start.umask", Company::kAny, 0.5, 2},
    {"start.one_tree", Company::kAny, 0.5, 1},
    {"start.relative_paths", Company::kAny, 0.5, 2},
    {"start.hangup", Company::kAny, 0.5, 1},
    {"limits.emfile", Company::kNone, 3.5, 1},
    {"reload.survives", Company::kAny, 1, 1},
    {"reload.storm", Company::kAny, 1.5, 1},
    {"daemon.responsive", Company::kNone, 2.5, 1},
};

}  // namespace

std::span<const Running> all_runnings() { return kRunnings; }

Running running_of(std::string_view check) {
  const auto* found = std::ranges::find(kRunnings, check, &Running::id);
  return found != std::end(kRunnings) ? *found : Running{.id = check};
}

}  // namespace watertight::rehearsals
