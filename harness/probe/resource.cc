// SPDX-License-Identifier: Apache-2.0
#include "probe/resource.h"

#include <algorithm>

namespace watertight::probe {

const std::array<ResourceTraits, kResourceCount>& all_resources() {
  using enum Resource;
  using enum Severity;
  static constexpr double kPage = 4096;
  static constexpr double kSmallestBlock =
      32;  // What leaks comes in blocks; glibc's are no smaller.
  static constexpr std::array<ResourceTraits, kResourceCount> table{{
      {kFds, "fds", "fd", "file descriptors", 1, true, false, kFail},
      {kRss, "rss", "byte", "resident memory", kPage, false, false, kFail},
      {kHeap, "heap", "byte", "live heap", kSmallestBlock, true, false, kFail},
      {kThreads, "threads", "thread", "threads", 1, true, false, kFail},
      {kChildren, "children", "process", "child processes", 1, true, false, kFail},
      {kZombies, "zombies", "zombie", "zombies", 1, true, false, kFail},
      {kUnjoinedThreads, "unjoined_threads", "thread", "un-joined threads", 1, true, true, kFail},
      {kMaps, "maps", "mapping", "memory mappings", 1, true, true, kWarn},
      {kFiles, "files", "file", "temporary files", 1, true, true, kFail},
      {kDeletedFiles, "deleted_files", "file", "deleted files held open", 1, true, true, kWarn},
      {kCloseWait, "close_wait", "socket", "sockets in CLOSE_WAIT", 1, true, true, kFail},
      {kIpc, "ipc", "object", "System V and POSIX IPC objects", 1, true, true, kFail},
      {kLocks, "locks", "lock", "file locks", 1, true, true, kWarn},
      {kInner, "inner", "watch", "epoll targets and inotify watches", 1, true, true, kFail},
  }};
  return table;
}

const ResourceTraits& traits(Resource resource) {
  return all_resources()[static_cast<std::size_t>(resource)];
}

std::optional<Resource> find_resource(std::string_view id) {
  const auto& table = all_resources();
  const auto found = std::ranges::find(table, id, &ResourceTraits::id);
  if (found == table.end()) return std::nullopt;
  return found->resource;
}

}  // namespace watertight::probe
