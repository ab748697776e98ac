// SPDX-License-Identifier: Apache-2.0
#include "proc/tree.h"

#include "posix/file.h"
#include "proc/folder.h"
#include "proc/text.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace watertight::proc {
namespace {

bool has_children_files() {
  static const bool it_has = posix::stat_if_there("/proc/thread-self/children").has_value();
  return it_has;
}

/// What the threads of a process have forked and not lost to a reaper.
std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const auto tasks = posix::OpenDirectory::open(fmt::format("/proc/{}/task", pid));
  if (!tasks) return children;
  for (const int tid : numbers_in(*tasks)) {
    const auto text = tasks->read_file(fmt::format("{}/children", tid));
    if (!text) continue;
    std::string_view rest = *text;
    for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
      if (const auto child = parse_number<pid_t>(word)) children.push_back(*child);
    }
  }
  return children;
}

/// Everything below `root`, given what is directly below a process.
template <typename ChildrenOf>
std::vector<pid_t> walk(pid_t root, ChildrenOf&& children_of_process) {
  // The set: a process that gets another parent meanwhile may be met twice.
  std::set<pid_t> seen{root};
  std::vector<pid_t> found{root};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const pid_t child : children_of_process(found[next])) {
      if (seen.insert(child).second) found.push_back(child);
    }
  }
  found.erase(found.begin());
  return found;
}

}  // namespace

std::vector<pid_t> descendants(pid_t root) {
  return has_children_files() ? walk(root, children_of) : descendants_by_scan(root);
}

std::vector<pid_t> descendants_by_scan(pid_t root) {
  std::map<pid_t, std::vector<pid_t>> children_by_parent;
  const auto processes = posix::OpenDirectory::open("/proc");
  if (!processes) return {};
  for (const int pid : numbers_in(*processes)) {
    if (const auto stat = read_stat(pid)) children_by_parent[stat->parent].push_back(pid);
  }
  return walk(root, [&](pid_t pid) { return children_by_parent[pid]; });
}

std::optional<posix::ProcessHandle> open_process(const ProcessId& id) {
  auto handle = posix::ProcessHandle::open(id.pid);
  if (!handle) return std::nullopt;
  // After the handle: the process that has this start time is the one that the handle holds.
  const auto stat = read_stat(id.pid);
  if (!stat || stat->id() != id) return std::nullopt;
  return handle;
}

}  // namespace watertight::proc
