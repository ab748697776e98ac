// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/leftovers.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::uint64_t kOperations = 16;
constexpr auto kMostForOperations = 1s;
constexpr auto kMostForQuiet = 2s;

/// What an instance did that was started with a umask.
struct Made {
  std::vector<std::string> files;          ///< All that it made below `{state}`.
  std::vector<std::string> world_written;  ///< Those that everybody may write.
  std::optional<unsigned> umask;
  bool is_in_background = false;
  std::vector<std::string> evidence;
};

std::vector<std::string> start_with(const char* umask) {
  return {"/bin/sh", "-c", R"(umask "$0" && exec "$@")", umask};
}

/// Sockets are left out: whoever may connect has to be able to write.
void look_at_files(const Leftovers& state, Made& made) {
  for (const Leftovers::Entry& entry : state.now()) {
    std::error_code error;
    const fs::perms mode = fs::symlink_status(entry.path, error).permissions();
    const bool is_folder = entry.type == fs::file_type::directory;
    if (error || !(is_folder || entry.type == fs::file_type::regular)) continue;
    made.files.push_back(entry.path.native());
    const bool is_safe_folder = is_folder && (mode & fs::perms::sticky_bit) != fs::perms::none;
    if ((mode & fs::perms::others_write) != fs::perms::none && !is_safe_folder)
      made.world_written.push_back(
          fmt::format("{} (mode {:04o})", entry.path.native(), static_cast<unsigned>(mode)));
  }
}

std::optional<Made> start_and_look(Stage& stage, const char* umask) {
  launch::Site* const site = stage.site();
  if (!site) return std::nullopt;
  const Leftovers state(site->state());
  auto daemon = stage.start({.through = start_with(umask)});
  if (!daemon) return std::nullopt;
  stress::Workload clients(*daemon, answered(daemon->scenario().stress));
  const posix::Deadline deadline(kMostForOperations);
  clients.next_round(kOperations, std::nullopt,
                     [&] { return stage.is_interrupted() || deadline.has_passed(); });
  wait_until_quiet(*daemon, kMostForQuiet);
  Made made;
  look_at_files(state, made);
  const auto status = proc::read_status(daemon->main().pid());
  if (status) made.umask = status->umask;
  made.is_in_background = daemon->is_in_background();
  made.evidence = describe_instance(*daemon);
  return made;
}

}  // namespace

CheckResult start_umask(const Scenario& scenario, const Interrupted& interrupted) {
  Stage careful_stage(scenario, interrupted), open_stage(scenario, interrupted);
  const auto careful = start_and_look(careful_stage, "0027");
  if (!careful) return careful_stage.trouble();
  if (!careful->world_written.empty()) {
    return failed(fmt::format("makes what everybody may write, whatever its starter's umask: {}",
                              fmt::join(careful->world_written, ", ")),
                  careful->evidence);
  }
  const auto open = start_and_look(open_stage, "0000");
  if (!open) return open_stage.trouble();
  if (!open->world_written.empty()) {
    CheckResult result =
        failed(fmt::format("where its starter's umask is 0 it makes what everybody may write: {}",
                           fmt::join(open->world_written, ", ")),
               open->evidence);
    if (!open->is_in_background) result.severity = Severity::kWarn;  // A supervisor sets it.
    return result;
  }
  const bool is_inherited = careful->umask && open->umask && *careful->umask != *open->umask;
  if (is_inherited && open->is_in_background) {
    CheckResult result = failed(
        fmt::format("is in the background and keeps the umask of its starter ({:04o} and {:04o}): "
                    "who may read and write its files depends on who started it",
                    *careful->umask, *open->umask),
        open->evidence);
    result.severity = Severity::kWarn;
    return result;
  }
  if (open->files.empty() && !open->is_in_background)
    return not_applicable("it makes no file below {state}, and a supervisor sets its umask");
  CheckResult result = passed(fmt::format(
      "with a umask of 0 and of 0027 nothing that it makes is for everybody to write ({}); would "
      "have caught one such file",
      count_of(open->files.size(), "file", "files")));
  if (is_inherited) result.evidence = {"in the foreground it keeps the umask of its supervisor"};
  return result;
}

}  // namespace watertight::rehearsals
