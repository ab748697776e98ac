// SPDX-License-Identifier: Apache-2.0
#include "run/survey_files.h"

#include "posix/directory.h"
#include "posix/file.h"
#include "proc/files.h"
#include "proc/locks.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace watertight::run {
namespace {

using Paths = std::set<std::string>;

constexpr std::uint64_t kLongestPidFile = 64;

/// Calls `look` with each process; what belongs to another user stays unseen.
template <typename Look>
void for_each_process(const launch::Daemon& daemon, Look look) {
  for (const pid_t pid : daemon.processes()) {
    try {
      look(pid);
    } catch (const HarnessError&) {
      continue;
    }
  }
}

bool is_written_to(pid_t pid, const proc::OpenFile& file) {
  const auto flags = proc::read_open_flags(pid, file.fd);
  return flags && (*flags & O_ACCMODE) != O_RDONLY;
}

/// What the harness keeps beside `{state}`: what a daemon prints goes there.
bool is_ours(const std::string& path, const launch::Daemon& daemon) {
  return path.starts_with(daemon.folder().root().string() + "/") &&
         !path.starts_with(daemon.folder().state().string() + "/");
}

/// The pid that a file of nothing but a number holds.
std::optional<pid_t> pid_in(const std::string& path) {
  try {
    const auto facts = posix::stat_if_there(path);
    if (!facts || !S_ISREG(facts->st_mode) ||
        static_cast<std::uint64_t>(facts->st_size) > kLongestPidFile)
      return std::nullopt;
    const std::string text = posix::read_file(path).value_or("");
    std::string_view rest = text;
    const std::string_view line = proc::take_line(rest);
    return proc::parse_number<pid_t>(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  } catch (const HarnessError&) {
    return std::nullopt;
  }
}

/// Absolute paths among the words of a command: `/run/d.pid`, `--pid-file=/run/d.pid`.
void add_paths_of_command(const launch::Daemon& daemon, Paths& paths) {
  for (const std::string& word : daemon.scenario().command) {
    const std::size_t slash = word.find('/');
    if (slash != std::string::npos) paths.insert(word.substr(slash));
  }
}

void add_files_below(const std::filesystem::path& folder, Paths& paths) {
  std::error_code ended;
  for (std::filesystem::recursive_directory_iterator entry(folder, ended), end;
       !ended && entry != end; entry.increment(ended))
    paths.insert(entry->path().string());
}

/// What was put into /run and the folders in it since the daemon was started.
void add_new_files_of_run(const launch::Daemon& daemon, Paths& paths) {
  const auto born = std::filesystem::last_write_time(daemon.folder().root());
  std::error_code ignored;
  const auto add = [&](const std::string& folder, const auto& on_folder) {
    posix::for_each_entry(folder, [&](const posix::DirectoryEntry& entry) {
      const std::string path = folder + "/" + entry.name;
      if (S_ISDIR(entry.facts.st_mode)) return on_folder(path);
      if (std::filesystem::last_write_time(path, ignored) >= born && !ignored) paths.insert(path);
    });
  };
  add("/run", [&](const std::string& below) { add(below, [](const std::string&) {}); });
}

}  // namespace

DaemonFiles files_of(const launch::Daemon& daemon) {
  Paths written, locks;
  for_each_process(daemon, [&](pid_t pid) {
    for (const proc::OpenFile& file :
         proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>()))
      if (file.kind == proc::OpenFile::Kind::kRegular && file.links > 0 &&
          !is_ours(file.target, daemon) && is_written_to(pid, file))
        written.insert(file.target);
    for (const proc::HeldLock& lock :
         proc::read_held_locks(pid).value_or(std::vector<proc::HeldLock>()))
      locks.insert(fmt::format("It holds {} lock ({}) on {}.",
                               lock.is_exclusive ? "an exclusive" : "a shared",
                               proc::to_string(lock.kind), lock.target));
  });
  return {{written.begin(), written.end()}, {locks.begin(), locks.end()}};
}

std::string find_pid_file(const launch::Daemon& daemon) {
  Paths candidates;
  for (const std::string& file : files_of(daemon).written) candidates.insert(file);
  add_paths_of_command(daemon, candidates);
  add_files_below(daemon.instance().state, candidates);
  add_new_files_of_run(daemon, candidates);
  const std::vector<pid_t> processes = daemon.processes();
  std::string found;
  for (const std::string& path : candidates) {
    const auto pid = pid_in(path);
    if (pid == daemon.main().pid()) return path;
    if (pid && std::ranges::find(processes, *pid) != processes.end()) found = path;
  }
  return found;
}

}  // namespace watertight::run
