// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "proc/files.h"
#include "proc/process.h"
#include "rehearsals/programs.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace watertight::rehearsals {
namespace {

/// Numbers that nobody passes on with a purpose: socket activation and s6 begin at 3.
constexpr const char* kPassOn = R"(exec 7<"$0" 9<"$0" && exec "$@")";
constexpr int kNumbers = 2;
constexpr std::chrono::seconds kMostForQuiet{2};

/// "fd 7 of pid 41 (nginx)", of one that holds the file.
std::vector<std::string> holders_of(const std::string& file, pid_t pid) {
  std::vector<std::string> found;
  const auto stat = proc::read_stat(pid);
  const auto files = proc::read_open_files(pid);
  for (const proc::OpenFile& open : files.value_or(std::vector<proc::OpenFile>{}))
    if (open.target == file)
      found.push_back(
          fmt::format("fd {} of pid {} ({})", open.fd, pid, stat ? stat->comm : "gone"));
  return found;
}

}  // namespace

CheckResult start_inherited_fds(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  launch::Site* const site = stage.site();
  if (!site) return stage.trouble();
  const std::filesystem::path file = site->folder().root() / "passed_on";
  posix::write_file(file, "");
  auto daemon = stage.start({.through = {"/bin/sh", "-c", kPassOn, file.native()}});
  if (!daemon) return stage.trouble();

  // The programs that it runs may be on their way still.
  wait_until_quiet(*daemon, kMostForQuiet);
  const pid_t main = daemon->main().pid();
  const std::string name = std::filesystem::canonical(file).native();
  std::vector<std::string> kept, passed_on;
  bool has_programs = false;
  for (const pid_t pid : daemon->processes()) {
    const bool is_another = run_different_programs(pid, main);
    has_programs = has_programs || is_another;
    std::ranges::move(holders_of(name, pid), std::back_inserter(is_another ? passed_on : kept));
  }
  if (!passed_on.empty()) {
    return failed(fmt::format("passes what it was started with on to the programs that it runs: {}",
                              fmt::join(passed_on, ", ")),
                  describe_instance(*daemon));
  }
  if (!daemon->is_in_background() && !has_programs) {
    return not_applicable(
        "in the foreground its supervisor decides what it inherits, and it runs no program that "
        "would get it");
  }
  if (daemon->is_in_background() && !kept.empty()) {
    return failed(fmt::format("is in the background and keeps what its starter had open: {}",
                              fmt::join(kept, ", ")),
                  describe_instance(*daemon));
  }
  return passed(fmt::format(
      "started with {} open files it {}; would have caught one of them", kNumbers,
      daemon->is_in_background() ? "closes them" : "passes none on to the programs it runs"));
}

}  // namespace watertight::rehearsals
