// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/together.h"

#include "launch/tree_sockets.h"
#include "proc/files.h"
#include "proc/process.h"
#include "rehearsals/stage.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

using Places = std::set<std::string>;

/// What the scenario names, that is the same on every site.
Places places_named_by(const Scenario& scenario) {
  Places places;
  if (!scenario.pid_file.empty()) places.insert("the PID file " + scenario.pid_file);
  for (const launch::Endpoint& endpoint : launch::local_endpoints(scenario))
    places.insert(endpoint.describe());
  for (const FileTemplate& file : scenario.files)
    if (std::filesystem::path(file.path).is_absolute()) places.insert("the file " + file.path);
  return places;
}

bool is_written(pid_t pid, const proc::OpenFile& file) {
  if (file.kind != proc::OpenFile::Kind::kRegular) return false;
  const auto flags = proc::read_open_flags(pid, file.fd);
  return flags && (*flags & O_ACCMODE) != O_RDONLY;
}

bool is_shared_memory(const proc::Mapping& mapping) {
  return mapping.path.starts_with("/dev/shm/") || mapping.path.starts_with("/SYSV");
}

/// What an instance has taken: where it listens, what it writes, the memory that it shares. With
/// inodes, for a path may mean another file in another mount namespace.
Places places_taken_by(const launch::Daemon& daemon) {
  Places places;
  const std::vector<pid_t> processes = daemon.processes();
  for (const proc::SocketFact& socket : launch::listeners_of(processes))
    places.insert(launch::describe(socket));
  for (const pid_t pid : processes) {
    for (const auto& file : proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{}))
      if (is_written(pid, file))
        places.insert(fmt::format("{} (inode {})", file.target, file.inode));
    for (const auto& mapping : proc::read_maps(pid).value_or(std::vector<proc::Mapping>{}))
      if (is_shared_memory(mapping))
        places.insert(fmt::format("{} (inode {})", mapping.path, mapping.inode));
  }
  return places;
}

std::string common_place(const Places& one, const Places& other) {
  const auto found =
      std::ranges::find_if(one, [&other](const auto& place) { return other.contains(place); });
  return found == one.end() ? "" : *found;
}

bool calls_a_function(const Scenario& scenario) {
  return std::ranges::any_of(
      scenario.stress, [](const Stress& stress) { return stress.kind == Stress::Kind::kCallable; });
}

}  // namespace

Neighbours try_neighbours(const Scenario& scenario, const Interrupted& interrupted) {
  if (calls_a_function(scenario)) return {"the function that stresses it: one thread calls it", {}};
  Stage first(scenario, interrupted);
  launch::Site* const site = first.site();
  if (!site) return {first.trouble().summary, {}};
  auto one = first.start();
  if (!one) return {first.trouble().summary, {}};

  Scenario hurried = scenario;  // One that waits for the first to end is not waited for.
  hurried.ready.timeout = std::min<Duration>(scenario.ready.timeout, 2s + 8 * one->ready_after());
  Stage second(hurried, interrupted);
  launch::Site* const next_door = second.site();
  if (!next_door) return {second.trouble().summary, {}};
  std::string common =
      common_place(places_named_by(site->scenario()), places_named_by(next_door->scenario()));
  if (!common.empty()) return {common, one->ready_after()};
  const auto other = second.start();
  if (!other) return {second.trouble().summary, one->ready_after()};
  common = common_place(places_taken_by(*one), places_taken_by(*other));
  if (common.empty() && !one->is_alive()) common = "the first ends when the second starts";
  return {common, one->ready_after()};
}

}  // namespace watertight::rehearsals
