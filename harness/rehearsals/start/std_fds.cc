// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace watertight::rehearsals {
namespace {

/// What who started it reads, as long as anybody has it open: here it is a file, elsewhere a pipe.
bool is_launchers(const proc::OpenFile& file, const launch::Daemon& daemon) {
  return file.fd <= 2 && file.target.starts_with(daemon.folder().output().native());
}

std::vector<std::string> kept_streams(const launch::Daemon& daemon) {
  std::vector<std::string> kept;
  for (const pid_t pid : daemon.processes()) {
    const auto files = proc::read_open_files(pid);
    for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{}))
      if (is_launchers(file, daemon)) kept.push_back(fmt::format("fd {} of pid {}", file.fd, pid));
  }
  return kept;
}

}  // namespace

CheckResult start_std_fds(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto started = start_in_background(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  const auto& daemon = std::get<launch::Daemon>(started);
  std::vector<std::string> kept;
  if (!stage.comes_true([&] { return (kept = kept_streams(daemon)).empty(); })) {
    if (stage.is_interrupted()) return stage.trouble();
    return failed(fmt::format("is in the background and keeps the output of who started it ({}): "
                              "a caller that reads it to its end hangs",
                              fmt::join(kept, ", ")),
                  describe_instance(daemon));
  }
  if (!daemon.is_alive()) return inconclusive("it ended while it was looked at");
  return passed(fmt::format(
      "lets go of the streams of who started it, in {}; would have caught one that keeps them",
      count_of(daemon.processes().size(), "process", "processes")));
}

}  // namespace watertight::rehearsals
