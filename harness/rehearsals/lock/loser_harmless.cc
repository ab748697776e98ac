// SPDX-License-Identifier: Apache-2.0
#include "posix/directory.h"
#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <map>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;

using Sockets = std::map<std::string, std::uint64_t>;  ///< Inode by path.

void find_sockets(const std::string& folder, Sockets& sockets) {
  posix::for_each_entry(folder, [&](const posix::DirectoryEntry& entry) {
    const std::string path = folder + "/" + entry.name;
    if (S_ISSOCK(entry.facts.st_mode)) sockets[path] = entry.facts.st_ino;
    if (S_ISDIR(entry.facts.st_mode)) find_sockets(path, sockets);
  });
}

Sockets sockets_in(const fs::path& folder) {
  Sockets sockets;
  find_sockets(folder.native(), sockets);
  return sockets;
}

std::vector<std::string> describe_changes(const Sockets& before, const Sockets& after) {
  std::vector<std::string> changes;
  for (const auto& [path, inode] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      changes.push_back(fmt::format("socket {} (inode {}) removed", path, inode));
    } else if (now->second != inode) {
      changes.push_back(
          fmt::format("socket {} replaced: inode {} became {}", path, inode, now->second));
    }
  }
  return changes;
}

}  // namespace

CheckResult lock_loser_harmless(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto first = stage.start();
  if (!first) return stage.trouble();
  // Some daemons write their PID file a little after they are ready.
  wait_until_quiet(*first, kMostForQuiet);

  const fs::path path = first->scenario().pid_file;
  const auto file = look_at_pid_file(path);
  if (!file) return not_applicable("there is no PID file to harm: see lock.content");
  const Sockets sockets = sockets_in(stage.site()->state());
  auto started = start_beside(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  auto& second = std::get<launch::Daemon>(started);
  const Fate fate = follow(second, path, first->ready_after(), interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!fate.is_gone) return not_applicable("there is no loser: see lock.loser");

  const auto after = look_at_pid_file(path);
  std::vector<std::string> changes = describe_changes(sockets, sockets_in(stage.site()->state()));
  const std::string change = describe_change(file, after);
  if (!change.empty()) changes.insert(changes.begin(), path.filename().native() + " " + change);
  if (!first->is_alive()) changes.push_back("the first instance has ended");
  if (changes.empty()) {
    return passed(fmt::format(
        "a loser leaves the PID file ({}){} and the first instance as they are; would have caught "
        "a changed byte",
        file->describe(), sockets.empty() ? "" : fmt::format(", {} sockets", sockets.size())));
  }
  std::vector<std::string> evidence = describe_scene({&*first, &second}, path);
  evidence.insert(evidence.begin(), changes.begin(), changes.end());
  return failed("a second instance that gave way did harm: " + changes.front(), evidence);
}

}  // namespace watertight::rehearsals
