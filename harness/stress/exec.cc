// SPDX-License-Identifier: Apache-2.0
#include "stress/exec.h"

#include "posix/file.h"

#include <fmt/format.h>
#include <watertight/error.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <variant>

namespace watertight::stress {
namespace {

constexpr auto kInterruptEvery = std::chrono::milliseconds(20);

}  // namespace

launch::Command shell_command(const CommandPlan& plan) {
  launch::Command command;
  command.arguments = {"/bin/sh", "-c", plan.command};
  command.environment = posix::current_environment();
  command.output = plan.output;
  return command;
}

Exec::Exec(launch::Guard& workbench, CommandPlan plan, std::uint64_t operations_per_run)
    : workbench_(workbench),
      plan_(std::move(plan)),
      operations_per_run_(std::max<std::uint64_t>(operations_per_run, 1)) {}

Tally Exec::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  Tally tally;
  while (tally.attempted < operations) {
    const std::optional<std::string> failure = run_once(interrupted);
    if (!failure) break;
    tally.attempted += operations_per_run_;
    if (failure->empty()) continue;
    tally.failed += operations_per_run_;
    if (tally.first_failure.empty()) {
      tally.first_failure = fmt::format("exec:{}: {}", plan_.command, *failure);
    }
  }
  return tally;
}

std::optional<std::string> Exec::run_once(const std::function<int()>& interrupted) {
  const auto started = workbench_.spawn(shell_command(plan_));
  if (const auto* failure = std::get_if<launch::SpawnFailure>(&started)) return failure->message;
  const auto& process = std::get<posix::ProcessHandle>(started);

  const posix::Deadline deadline(plan_.timeout);
  for (;;) {
    const posix::Deadline slice(std::min<posix::Clock::duration>(deadline.left(), kInterruptEvery));
    if (const auto status = workbench_.wait_for_exit(process.pid(), slice)) {
      if (status->is_success()) return "";
      return fmt::format("{}; its last lines: {}", status->describe(),
                         posix::read_tail(plan_.output, 3));
    }
    const bool is_interrupted = interrupted && interrupted() != 0;
    if (!is_interrupted && !deadline.has_passed()) continue;
    process.signal(SIGKILL);
    if (is_interrupted) return std::nullopt;
    return fmt::format(
        "still running after {} s, killed; make it end, or use pipe: for one that stays",
        std::chrono::duration<double>(plan_.timeout).count());
  }
}

}  // namespace watertight::stress
