// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/instances.h"

#include "posix/file.h"
#include "proc/files.h"
#include "proc/process.h"
#include "proc/tree.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

/// A loser may have written its pid before it looked at the lock: what lasts this long is no slip.
constexpr auto kTakenForGood = 300ms;
constexpr auto kGap = 2ms;
constexpr std::size_t kLogLines = 3;

bool has_claimed(const launch::Daemon& instance, const fs::path& path) {
  const std::vector<pid_t> live = live_processes(instance);
  const auto file = look_at_pid_file(path);
  if (file && parse_pid_text(file->bytes).pid) {
    const pid_t named = *parse_pid_text(file->bytes).pid;
    if (std::ranges::find(live, named) != live.end()) return true;
  }
  return !claims_among(live, path).empty();
}

std::string describe_holdings(pid_t pid) {
  std::string text;
  for (const Holder& holder : holders_among({pid})) {
    text += text.empty() ? "holds " : ", ";
    text += holder.describe();
  }
  return text.empty() ? "holds no lock" : text;
}

/// Descriptors that are open on the PID file, locked or not.
std::string describe_open(pid_t pid, const fs::path& path) {
  const auto about = posix::stat_if_there(path);
  const auto files = proc::read_open_files(pid);
  if (!about || !files) return "";
  for (const proc::OpenFile& file : *files) {
    if (file.kind == proc::OpenFile::Kind::kRegular && file.inode == about->st_ino)
      return fmt::format(", has {} open as fd {}", path.filename().native(), file.fd);
  }
  return "";
}

}  // namespace

std::string Holder::describe() const {
  return fmt::format("{}{} on {} (inode {}) through fd {}{}", to_string(lock.kind),
                     lock.is_exclusive ? "" : " (shared)",
                     fs::path(lock.target).filename().native(), lock.inode, lock.fd,
                     lock.closes_on_exec ? "" : ", not close-on-exec");
}

std::vector<pid_t> live_processes(const launch::Daemon& daemon) {
  std::vector<pid_t> live = daemon.processes();
  std::erase_if(live, [](pid_t pid) {
    const auto stat = proc::read_stat(pid);
    return !stat || stat->is_dead();
  });
  return live;
}

std::vector<Holder> holders_among(const std::vector<pid_t>& pids) {
  std::vector<Holder> holders;
  for (const pid_t pid : pids) {
    auto locks = proc::read_held_locks(pid);
    if (!locks) continue;
    for (proc::HeldLock& lock : *locks) holders.push_back({pid, std::move(lock)});
  }
  return holders;
}

fs::path real_path_of(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::canonical(path.parent_path(), error);
  return error ? path : folder / path.filename();
}

std::vector<Holder> claims_among(const std::vector<pid_t>& pids, const fs::path& path) {
  const std::string name = real_path_of(path);
  std::vector<Holder> claims = holders_among(pids);
  std::erase_if(claims, [&name](const Holder& holder) {
    return holder.lock.target != name && holder.lock.target != name + " (deleted)";
  });
  return claims;
}

std::optional<posix::ProcessHandle> find_main(const launch::Daemon& daemon,
                                              const fs::path& pid_file) {
  const std::vector<pid_t> live = live_processes(daemon);
  const auto file = look_at_pid_file(pid_file);
  const auto named = file ? parse_pid_text(file->bytes).pid : std::nullopt;
  if (named && std::ranges::find(live, *named) != live.end()) {
    return posix::ProcessHandle::open(*named);
  }
  std::optional<proc::Stat> oldest;
  for (const pid_t pid : live) {
    const auto stat = proc::read_stat(pid);
    if (stat && (!oldest || stat->start_time < oldest->start_time || oldest->parent == pid))
      oldest = stat;
  }
  return oldest ? proc::open_process(oldest->id()) : std::nullopt;
}

Fate follow(launch::Daemon& instance, const fs::path& pid_file, Duration usual_start,
            const Interrupted& interrupted) {
  Fate fate;
  const auto begin = instance.ready_at();
  auto unclaimed_at = begin;
  do {
    const auto now = posix::Clock::now();
    if (!fate.exit && !instance.is_alive()) {
      fate.exit = instance.exit_status();
      fate.until_exit = now - begin;
    }
    if (fate.exit && !instance.has_processes()) {
      fate.is_gone = true;
      fate.until_gone = now - begin;
      break;
    }
    if (!has_claimed(instance, pid_file)) unclaimed_at = now;
    if (now - unclaimed_at >= kTakenForGood + 2 * usual_start) break;
    posix::pause_for(kGap);
  } while (posix::Clock::now() - begin < kMostToGiveWay + usual_start &&
           !(interrupted && interrupted() != 0));
  return fate;
}

std::variant<launch::Daemon, CheckResult> start_beside(Stage& stage, const launch::Gate* gate) {
  auto started =
      stage.site()->start({.has_own_ports = true, .waits_until_ready = false, .gate = gate});
  if (auto* daemon = std::get_if<launch::Daemon>(&started)) return std::move(*daemon);
  const auto& failure = std::get<launch::LaunchFailure>(started);
  if (failure.kind == launch::LaunchFailure::Kind::kPortTaken) {
    return not_applicable(
        "a second instance needs a port of its own: write {port} for the one "
        "that is fixed");
  }
  return inconclusive("a second instance could not be started: " + failure.message,
                      failure.log_tail);
}

std::vector<std::string> describe_scene(const std::vector<const launch::Daemon*>& instances,
                                        const fs::path& pid_file) {
  std::vector<std::string> lines;
  const auto file = look_at_pid_file(pid_file);
  lines.push_back(fmt::format("{}: {}", pid_file.native(), file ? file->describe() : "not there"));
  for (const launch::Daemon* instance : instances) {
    for (const pid_t pid : live_processes(*instance)) {
      lines.push_back(fmt::format("pid {} ({}): {}{}", pid, proc::describe_process(pid),
                                  describe_holdings(pid), describe_open(pid, pid_file)));
    }
  }
  for (const launch::Daemon* instance : instances) {
    for (std::string& line : log_evidence(*instance, kLogLines)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace watertight::rehearsals
