// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/reload/configuration.h"

#include "posix/clock.h"
#include "posix/file_watch.h"
#include "rehearsals/client.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToBegin = 1s;
constexpr auto kMostForQuiet = 500ms;

bool names(const std::vector<std::string>& command, const std::string& path) {
  return std::ranges::any_of(command, [&](const std::string& argument) {
    return argument.find(path) != std::string::npos;
  });
}

}  // namespace

std::optional<std::size_t> find_configuration(const Scenario& scenario) {
  std::optional<std::size_t> only;
  std::size_t named = 0;
  for (std::size_t i = 0; i < scenario.files.size(); ++i) {
    if (scenario.files[i].is_configuration) return i;
    if (!names(scenario.command, scenario.files[i].path)) continue;
    only = i;
    ++named;
  }
  return named == 1 ? only : std::nullopt;
}

std::filesystem::path path_in(const std::filesystem::path& state, const FileTemplate& file) {
  return state / file.path;  // An absolute path stays as it is.
}

std::string Reloaded::describe() const {
  if (!is_alive) return "it ended";
  if (!lost.empty()) return fmt::format("it lost {}", fmt::join(lost, ", "));
  return complaint.value_or("");
}

Reloaded reload_once(launch::Daemon& daemon, const std::filesystem::path& configuration,
                     const Interrupted& interrupted) {
  Client client(daemon);
  wait_until_quiet(daemon, kMostForQuiet);
  const std::set<std::string> before = possessions_of(daemon);
  posix::OpenWatch watch(configuration);
  daemon.main().signal(SIGHUP);

  Reloaded reloaded;
  const posix::Deadline deadline(kMostToBegin);
  while (!reloaded.was_read && !deadline.has_passed() && !(interrupted && interrupted()) &&
         !daemon.main().wait_until_ended(posix::Deadline(5ms)))
    reloaded.was_read = watch.was_opened();
  reloaded.was_read = watch.was_opened() || reloaded.was_read;
  wait_until_quiet(daemon, kMostForQuiet);
  reloaded.is_alive = daemon.is_alive();
  if (!reloaded.is_alive) return reloaded;
  reloaded.lost = lost_of(before, daemon);
  if (reloaded.lost.empty()) reloaded.complaint = client.complaint(interrupted);
  reloaded.is_alive = daemon.is_alive();
  return reloaded;
}

}  // namespace watertight::rehearsals
