// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/start/background.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <system_error>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

/// Where the process that was started began.
fs::path launch_folder(const launch::Daemon& daemon) {
  const std::string& chosen = daemon.scenario().working_directory;
  std::error_code error;
  return fs::canonical(chosen.empty() ? fs::current_path() : fs::path(chosen), error);
}

std::vector<std::string> staying_in(const fs::path& folder, const launch::Daemon& daemon) {
  std::vector<std::string> staying;
  for (const pid_t pid : daemon.processes()) {
    std::error_code error;
    const fs::path now = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
    if (!error && now == folder) staying.push_back(fmt::format("pid {}", pid));
  }
  return staying;
}

}  // namespace

CheckResult start_cwd(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto started = start_in_background(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  const auto& daemon = std::get<launch::Daemon>(started);
  const fs::path from = launch_folder(daemon);
  if (from == "/")
    return not_applicable("it is started in /: give the scenario another working_directory");
  std::vector<std::string> staying;
  if (!stage.comes_true([&] { return (staying = staying_in(from, daemon)).empty(); })) {
    if (stage.is_interrupted()) return stage.trouble();
    return failed(
        fmt::format("is in the background and stays in the folder in which it was started ({}): {}",
                    from.native(), fmt::join(staying, ", ")),
        describe_instance(daemon));
  }
  if (!daemon.is_alive()) return inconclusive("it ended while it was looked at");
  return passed(
      fmt::format("leaves the folder in which it was started; would have caught one that keeps {} "
                  "from being unmounted",
                  from.native()));
}

}  // namespace watertight::rehearsals
