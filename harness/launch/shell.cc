// SPDX-License-Identifier: Apache-2.0
#include "launch/shell.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

namespace watertight::launch {

std::optional<std::string> run_shell(Guard& workbench, const Command& like, const std::string& line,
                                     posix::Clock::duration limit,
                                     const std::function<int()>& interrupted) {
  constexpr posix::Clock::duration kTimeBetweenLooks = std::chrono::milliseconds(50);
  Command command = like;
  command.arguments = {"/bin/sh", "-c", line};
  const auto spawned = workbench.spawn(command);
  if (const auto* failure = std::get_if<SpawnFailure>(&spawned)) return failure->message;
  const auto& process = std::get<posix::ProcessHandle>(spawned);

  const posix::Deadline deadline(limit);
  for (;;) {
    const posix::Deadline next_look(std::min(deadline.left(), kTimeBetweenLooks));
    if (const auto status = workbench.wait_for_exit(process.pid(), next_look)) {
      if (status->is_success()) return std::nullopt;
      return fmt::format("`{}` {}", line, status->describe());
    }
    const int signal = interrupted ? interrupted() : 0;
    if (signal == 0 && !deadline.has_passed()) continue;
    process.signal(SIGKILL);
    if (signal != 0) return fmt::format("`{}` was interrupted by signal {}", line, signal);
    return fmt::format("`{}` did not end within {} s", line,
                       std::chrono::duration<double>(limit).count());
  }
}

}  // namespace watertight::launch
