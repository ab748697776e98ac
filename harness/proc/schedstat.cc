// SPDX-License-Identifier: Apache-2.0
#include "proc/schedstat.h"

#include "posix/open_directory.h"
#include "proc/folder.h"
#include "proc/text.h"

#include <fmt/format.h>

namespace watertight::proc {

std::optional<CpuDemand> parse_schedstat(std::string_view text) {
  std::string_view line = take_line(text);
  const auto ran = parse_number<std::int64_t>(take_word(line));
  const auto waited = parse_number<std::int64_t>(take_word(line));
  if (!ran || !waited) return std::nullopt;
  return CpuDemand{std::chrono::nanoseconds(*ran), std::chrono::nanoseconds(*waited)};
}

std::map<pid_t, CpuDemand> read_cpu_demand(pid_t pid) {
  std::map<pid_t, CpuDemand> threads;
  const auto tasks = posix::OpenDirectory::open(fmt::format("/proc/{}/task", pid));
  if (!tasks) return threads;
  for (const int tid : numbers_in(*tasks)) {
    const auto text = tasks->read_file(fmt::format("{}/schedstat", tid));
    if (const auto demand = parse_schedstat(text.value_or(""))) threads.emplace(tid, *demand);
  }
  return threads;
}

}  // namespace watertight::proc
