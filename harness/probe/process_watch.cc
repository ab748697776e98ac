// SPDX-License-Identifier: Apache-2.0
#include "probe/process_watch.h"

#include "posix/directory.h"
#include "posix/file.h"
#include "proc/files.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <utility>

namespace watertight::probe {
namespace {

std::string folder_of(pid_t pid) { return fmt::format("/proc/{}", pid); }

void append_numbers(std::string_view text, std::vector<pid_t>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    pid_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error == std::errc()) numbers.push_back(number);
    at = next + 1;
  }
}

}  // namespace

bool has_exact_resident_counters() {
  static const bool is_exact = [] {
    int major = 0, minor = 0;
    const auto release = posix::read_file("/proc/sys/kernel/osrelease");
    if (!release || std::sscanf(release->c_str(), "%d.%d", &major, &minor) != 2) return false;
    return major > 6 || (major == 6 && minor >= 16);
  }();
  return is_exact;
}

ChildrenFiles::ChildrenFiles(pid_t pid) : pid_(pid) {
  const std::string path = fmt::format("/proc/{0}/task/{0}/children", pid);
  if (auto file = posix::open_if_there(path, O_RDONLY)) main_ = std::move(*file);
}

void ChildrenFiles::append_to(std::vector<pid_t>& pids, std::uint64_t threads) {
  if (!main_) return;
  if (threads <= 1) {
    if (const auto text = posix::reread(main_, buffer_)) append_numbers(*text, pids);
    return;
  }
  const std::string tasks = folder_of(pid_) + "/task";
  posix::for_each_name(tasks, [&](std::string_view tid) {
    if (const auto text = posix::read_file(tasks + "/" + std::string(tid) + "/children"))
      append_numbers(*text, pids);
  });
}

std::optional<ProcessWatch> ProcessWatch::open(pid_t pid) {
  ProcessWatch watch(pid);
  const std::string folder = folder_of(pid);
  auto opened = posix::open_if_there(folder, O_PATH | O_DIRECTORY);
  auto status = posix::open_if_there(folder + "/status", O_RDONLY);
  if (!opened || !status) return std::nullopt;
  watch.folder_ = std::move(*opened);
  watch.status_ = std::move(*status);
  if (const auto limits = proc::read_limits(pid))
    watch.fd_limit_ = proc::parse_limit(*limits, "Max open files");
  return watch;
}

std::optional<ProcessWatch::Reading> ProcessWatch::read() {
  const auto text = posix::reread(status_, buffer_);
  if (!text) return std::nullopt;
  auto status = proc::parse_status(*text);
  // The files of a main thread that has ended say nothing; those of its live threads do.
  const bool has_lost_main_thread = status && status->state == 'Z' && status->threads > 1;
  if (has_lost_main_thread) status = proc::read_status(pid_);
  if (!status) return std::nullopt;
  Reading reading;
  reading.is_zombie = status->state == 'Z' || status->state == 'X';
  if (reading.is_zombie) return reading;
  reading.threads = status->threads;
  const bool can_stat = proc::has_fd_count_in_stat() && !has_lost_main_thread;
  reading.fds = can_stat ? posix::size_at(folder_, "fd").value_or(0)
                         : proc::count_open_files(pid_).value_or(0);
  reading.fd_limit = fd_limit_;
  reading.resident_bytes = read_resident(status->resident_anon_bytes, status->resident_shmem_bytes);
  return reading;
}

std::uint64_t ProcessWatch::read_resident(std::uint64_t anonymous, std::uint64_t shmem) {
  // Shared memory is told by its proportional share, so that a segment that ten processes map
  // counts once for the tree and not ten times.
  const bool needs_rollup = shmem > 0 || !has_exact_resident_counters();
  if (needs_rollup && !std::exchange(has_tried_rollup_, true)) {
    try {
      rollup_ = posix::open_if_there(folder_of(pid_) + "/smaps_rollup", O_RDONLY);
    } catch (const HarnessError&) {
      // Another user's process: the counters in status are the next best.
    }
  }
  if (needs_rollup && rollup_) {
    if (const auto text = posix::reread(*rollup_, buffer_)) {
      if (const auto rollup = proc::parse_smaps_rollup(*text))
        return (has_exact_resident_counters() ? anonymous : rollup->anonymous) +
               rollup->proportional_shmem;
    }
  }
  return anonymous + shmem;
}

}  // namespace watertight::probe
