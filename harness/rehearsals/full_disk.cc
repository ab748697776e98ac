// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/full_disk.h"

#include "launch/account.h"
#include "launch/guard.h"
#include "posix/process.h"

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForMount = 5s;

constexpr const char* kOnFullDisk =
    R"(disk=$(mktemp -d) && mount -t tmpfs -o size=4k full "$disk" &&
  : >"$disk/pid" && head -c 4096 /dev/zero >"$disk/rest" && chmod 666 "$disk/pid" && : >>"$0" &&
  mount --bind "$disk/pid" "$0" && umount -l "$disk" && rmdir "$disk" && exec "$@")";

}  // namespace

std::vector<std::string> on_full_disk(const std::string& path) {
  return {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", kOnFullDisk, path};
}

bool can_fill_disk(const std::string& path) {
  if (!launch::may_change_user()) return false;
  launch::Guard guard = launch::Guard::start({});
  launch::Command command;
  command.arguments = on_full_disk(path);
  command.arguments.emplace_back("/bin/true");
  command.environment = posix::current_environment();
  const auto spawned = guard.spawn(command);
  const auto* process = std::get_if<posix::ProcessHandle>(&spawned);
  if (!process) return false;
  const auto status = guard.wait_for_exit(process->pid(), posix::Deadline(kMostForMount));
  return status && status->is_success();
}

}  // namespace watertight::rehearsals
