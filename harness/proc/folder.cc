// SPDX-License-Identifier: Apache-2.0
#include "proc/folder.h"

#include "posix/file.h"
#include "proc/process.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <cerrno>

namespace watertight::proc {
namespace {

/// Looks, but takes EACCES for "nothing" where the process is ending: its folder belongs to root by
/// then.
template <typename Look>
auto unless_ending(pid_t pid, Look&& look) -> decltype(look()) {
  try {
    return look();
  } catch (const HarnessError& error) {
    if (error.errno_value() != EACCES) throw;
    const auto stat = read_stat(pid);
    if (stat && !stat->is_dead() && !stat->is_exiting) throw;
  }
  return {};
}

}  // namespace

std::string folder_of(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}", pid);
  const auto leader = read_stat(pid);
  if (!leader || leader->state != 'Z' || leader->is_dead()) return folder;
  for (const ThreadActivity& thread :
       read_thread_activity(pid).value_or(std::vector<ThreadActivity>())) {
    if (thread.state != 'Z' && thread.state != 'X')
      return fmt::format("{}/task/{}", folder, thread.tid);
  }
  return folder;
}

std::optional<posix::OpenDirectory> open_folder(pid_t pid, std::string_view name) {
  return unless_ending(
      pid, [&] { return posix::OpenDirectory::open(fmt::format("{}/{}", folder_of(pid), name)); });
}

std::optional<std::string> read_text(pid_t pid, std::string_view name) {
  return unless_ending(
      pid, [&] { return posix::read_file(fmt::format("{}/{}", folder_of(pid), name)); });
}

std::vector<int> numbers_in(const posix::OpenDirectory& folder) {
  std::vector<int> numbers;
  for (const std::string& name : folder.names()) {
    if (const auto number = parse_number<int>(name)) numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace watertight::proc
