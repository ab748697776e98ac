// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"
#include "posix/epoll.h"
#include "posix/pipe.h"
#include "posix/process.h"
#include "posix/socket.h"
#include "stress/driver.h"
#include "stress/exec.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace watertight::stress {

/// What a load generator answered: "done 64 failed 0".
struct PipeAnswer {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
};
/// Empty where the line is anything else. Pure.
std::optional<PipeAnswer> parse_pipe_answer(std::string_view line);

/// A load generator of the user's, kept running. It reads lines "N", makes N operations and answers
/// "done N failed M" on a line, flushed. Anything else, its end, or silence past the timeout fails
/// every operation from then on: the two are out of step for good.
class Pipe final : public Driver {
 public:
  /// Starts it. `workbench` has to outlive this. Throws HarnessError.
  Pipe(launch::Guard& workbench, CommandPlan plan);
  ~Pipe() override;

  std::uint64_t cycle() const override { return 1; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  void ask(std::uint64_t operations);
  /// No value where interrupted.
  std::optional<std::string> read_line(const std::function<int()>& interrupted);
  void give_up(std::string why);
  std::string how_it_ended();

  launch::Guard& workbench_;
  const CommandPlan plan_;
  std::optional<posix::ProcessHandle> process_;
  posix::UniqueFd orders_;
  posix::UniqueFd answers_;
  posix::Epoll epoll_;
  std::string unread_;
  std::string broken_because_;  ///< Empty while in step.
};

}  // namespace watertight::stress
