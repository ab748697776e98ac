// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/leftovers.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

/// Logs, databases and caches are to stay; sockets, FIFOs and temporary files are of no use to
/// anybody.
bool is_refuse(const Leftovers& leftovers, const Leftovers::Entry& entry) {
  return entry.type == fs::file_type::socket || entry.type == fs::file_type::fifo ||
         leftovers.is_in_temporary_folder(entry);
}

}  // namespace

CheckResult shutdown_files_left(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  Leftovers leftovers(site->state());
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  leftovers.note_sockets_of(*daemon);
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window) return inconclusive("it did not end in the window; see shutdown.idle");

  std::vector<std::string> refuse, kept;
  const fs::path pid_file = daemon->scenario().pid_file;
  for (const Leftovers::Entry& entry : leftovers.now()) {
    if (entry.path == pid_file) continue;  // lock.cleanup is about that one.
    (is_refuse(leftovers, entry) ? refuse : kept).push_back(entry.describe());
  }
  if (!refuse.empty()) {
    return failed(fmt::format("left behind after SIGTERM: {}", fmt::join(refuse, ", ")), kept);
  }
  CheckResult result = passed(
      "no socket, FIFO or temporary file stays behind; would have caught one in {state}, in "
      "TMPDIR, or a socket that it listened on");
  if (!kept.empty())
    result.evidence.push_back(fmt::format("kept, as data: {}", fmt::join(kept, ", ")));
  return result;
}

}  // namespace watertight::rehearsals
