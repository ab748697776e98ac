// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "posix/file.h"
#include "proc/files.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/load.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <map>
#include <optional>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kWork = 100ms;

bool is_log(pid_t pid, const proc::OpenFile& file) {
  if (file.kind != proc::OpenFile::Kind::kRegular || file.links == 0) return false;
  const auto flags = proc::read_open_flags(pid, file.fd);
  return flags && (*flags & O_APPEND) != 0 && fs::path(file.target).extension() == ".log";
}

/// What it prints to, and every `*.log` that it has open to append to; with their sizes.
std::map<fs::path, std::uintmax_t> logs_of(const launch::Daemon& daemon) {
  std::map<fs::path, std::uintmax_t> logs;
  std::error_code ignored;
  logs[daemon.output()] = fs::file_size(daemon.output(), ignored);
  for (const pid_t pid : daemon.processes()) {
    for (const proc::OpenFile& file :
         proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{}))
      if (is_log(pid, file)) logs[file.target] = fs::file_size(file.target, ignored);
  }
  return logs;
}

}  // namespace

CheckResult shutdown_log_tail(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  std::optional<Load> load;
  if (has_load(scenario)) load.emplace(*daemon);
  daemon->main().wait_until_ended(posix::Deadline(kWork));
  const auto logs = logs_of(*daemon);
  const Stop stop = stop_daemon(*daemon, {.window = scenario.window.length}, interrupted);
  if (load) load->end();
  if (stage.is_interrupted()) return stage.trouble();
  if (!stop.main_in_window)
    return not_applicable("it did not end in the window: see shutdown.busy");

  std::vector<std::string> evidence;
  std::optional<fs::path> cut;
  for (const auto& [path, size] : logs) {
    const std::string text = posix::read_file(path).value_or("");
    if (text.empty()) continue;
    if (text.back() != '\n') cut = path;
    evidence.push_back(fmt::format("{}: {}", path.filename().native(),
                                   text.size() > size
                                       ? fmt::format("{} bytes after SIGTERM", text.size() - size)
                                       : "says nothing of its end"));
    evidence.push_back("last line: " + posix::read_tail(path, 1));
  }
  if (evidence.empty()) return not_applicable("it prints nothing and has no log open");
  CheckResult result =
      cut ? failed(
                fmt::format("the last line of its log ({}) is cut short: what it buffered is lost",
                            cut->filename().native()))
          : passed("the last line of its log is whole; would have caught one that is cut");
  result.evidence = evidence;
  return result;
}

}  // namespace watertight::rehearsals
