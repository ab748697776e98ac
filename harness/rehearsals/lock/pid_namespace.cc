// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/pid_namespace.h"

#include "launch/account.h"
#include "posix/clock.h"
#include "posix/process.h"
#include "proc/process.h"
#include "proc/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToStart = 5s;

std::optional<posix::ProcessHandle> spawn(launch::Guard& guard,
                                          std::vector<std::string> arguments) {
  launch::Command command;
  command.arguments = std::move(arguments);
  command.environment = posix::current_environment();
  auto spawned = guard.spawn(command);
  if (auto* process = std::get_if<posix::ProcessHandle>(&spawned)) return std::move(*process);
  return std::nullopt;
}

/// Waits until a process has a child that sleeps: unshare(1) and nsenter(1) fork when all is done.
bool has_sleeping_child(const posix::ProcessHandle& parent) {
  const posix::Deadline deadline(kMostToStart);
  while (!deadline.has_passed() && !parent.wait_until_ended(posix::Deadline(5ms))) {
    const std::vector<pid_t> children = proc::descendants(parent.pid());
    const bool is_there = std::ranges::any_of(children, [](pid_t pid) {
      const auto stat = proc::read_stat(pid);
      return stat && stat->comm == "sleep";
    });
    if (is_there) return true;
  }
  return false;
}

}  // namespace

std::optional<PidNamespace> PidNamespace::make() {
  if (!launch::may_change_user()) return std::nullopt;
  launch::Guard guard = launch::Guard::start({});
  auto init = spawn(
      guard, {"/usr/bin/unshare", "--pid", "--fork", "--kill-child", "/bin/sleep", "infinity"});
  if (!init || !has_sleeping_child(*init)) return std::nullopt;
  PidNamespace made(std::move(guard), std::move(*init));
  std::vector<std::string> bystander = made.entrance();
  bystander.insert(bystander.end(), {"/bin/sleep", "infinity"});
  made.bystander_ = spawn(made.guard_, std::move(bystander));
  if (!made.bystander_ || !has_sleeping_child(*made.bystander_)) return std::nullopt;
  return made;
}

std::vector<std::string> PidNamespace::entrance() const {
  return {"/usr/bin/nsenter", fmt::format("--pid=/proc/{}/ns/pid_for_children", init_.pid())};
}

}  // namespace watertight::rehearsals
