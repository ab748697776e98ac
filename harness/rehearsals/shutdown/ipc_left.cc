// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"
#include "proc/ipc.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

/// Shared memory that a daemon maps, has open or created. Semaphores and message queues of System V
/// do not tell whose they are.
struct SharedMemory {
  std::set<std::string> posix;  ///< Paths below /dev/shm.
  std::set<int> system_v;

  std::size_t count() const { return posix.size() + system_v.size(); }
};

constexpr std::string_view kFolder = "/dev/shm/";
constexpr std::string_view kSystemVMapping = "/SYSV";

SharedMemory shared_memory_of(const std::vector<pid_t>& processes) {
  SharedMemory all;
  for (const pid_t pid : processes) {
    for (const proc::Mapping& mapping :
         proc::read_maps(pid).value_or(std::vector<proc::Mapping>{})) {
      if (mapping.path.starts_with(kFolder)) all.posix.insert(mapping.path);
      if (mapping.path.starts_with(kSystemVMapping))
        all.system_v.insert(static_cast<int>(mapping.inode));
    }
    for (const proc::OpenFile& file :
         proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{}))
      if (file.target.starts_with(kFolder)) all.posix.insert(file.target);
  }
  for (const proc::IpcObject& object : proc::read_sysvipc()) {
    const bool is_ours = std::ranges::find(processes, object.creator_pid) != processes.end();
    if (object.kind == proc::IpcObject::Kind::kSharedMemory && is_ours)
      all.system_v.insert(object.id);
  }
  return all;
}

std::vector<std::string> still_there(const SharedMemory& shared) {
  std::vector<std::string> left;
  for (const std::string& path : shared.posix)
    if (fs::exists(path)) left.push_back("POSIX shared memory " + path);
  for (const proc::IpcObject& object : proc::read_sysvipc()) {
    if (object.kind == proc::IpcObject::Kind::kSharedMemory && shared.system_v.contains(object.id))
      left.push_back(fmt::format("System V shared memory {} (key {:#x})", object.id, object.key));
  }
  return left;
}

}  // namespace

CheckResult shutdown_ipc_left(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const SharedMemory shared = shared_memory_of(daemon->processes());
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.all_in_window)
    return inconclusive("it did not end in the window; see shutdown.idle, shutdown.survivors");
  const std::vector<std::string> left = still_there(shared);
  if (!left.empty())
    return failed(fmt::format("left behind after SIGTERM: {}", fmt::join(left, ", ")));
  return passed(
      fmt::format("of {} none stays behind; would have caught one "
                  "that it maps, has open or created",
                  count_of(shared.count(), "shared memory object", "shared memory objects")));
}

}  // namespace watertight::rehearsals
