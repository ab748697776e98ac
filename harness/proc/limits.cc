// SPDX-License-Identifier: Apache-2.0
#include "proc/limits.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace watertight::proc {
namespace {

/// Of v1, which knows no "max": LONG_MAX in pages.
constexpr double kUnlimited = 9e18;

std::optional<std::string> read_if_there(const std::string& path) {
  try {
    return posix::read_file(path);
  } catch (const HarnessError&) {
    return std::nullopt;  // Not for us to read: then it is no limit that we know of.
  }
}

/// The least limit of the folder and those above it; in a container they may be out of sight.
std::optional<double> least_limit(pid_t pid, std::string_view controller, const char* v2_file,
                                  const char* v1_file) {
  const auto cgroups = read_if_there(fmt::format("/proc/{}/cgroup", pid));
  if (!cgroups) return std::nullopt;
  const auto folder = parse_cgroup(*cgroups, controller);
  if (!folder) return std::nullopt;
  const std::string mount =
      folder->is_v2 ? "/sys/fs/cgroup" : fmt::format("/sys/fs/cgroup/{}", controller);
  std::optional<double> least;
  for (std::string path = folder->path;; path.resize(path.rfind('/'))) {
    if (path == "/") path.clear();
    const auto text =
        read_if_there(fmt::format("{}{}/{}", mount, path, folder->is_v2 ? v2_file : v1_file));
    const auto limit = text ? parse_limit(*text) : std::nullopt;
    if (limit) least = std::min(least.value_or(*limit), *limit);
    if (path.empty()) return least;
  }
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest == text.data()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<CgroupFolder> parse_cgroup(std::string_view text, std::string_view controller) {
  std::optional<CgroupFolder> unified;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos || second + 1 >= line.size() || line[second + 1] != '/') continue;
    const std::string controllers = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    const std::string path(line.substr(second + 1));
    if (controllers.find(fmt::format(",{},", controller)) != controllers.npos)
      return CgroupFolder{path, false};
    if (controllers == ",,") unified = CgroupFolder{path, true};
  }
  return unified;
}

std::optional<double> parse_limit(std::string_view text) {
  const auto limit = number(text);
  return limit && *limit < kUnlimited ? limit : std::nullopt;
}

std::optional<double> parse_total_memory(std::string_view meminfo) {
  constexpr std::string_view kName = "MemTotal:";
  const std::size_t at = meminfo.find(kName);
  if (at == meminfo.npos) return std::nullopt;
  meminfo.remove_prefix(at + kName.size());
  meminfo.remove_prefix(std::min(meminfo.find_first_not_of(' '), meminfo.size()));
  const auto kibibytes = number(meminfo);
  return kibibytes ? std::optional(1024 * *kibibytes) : std::nullopt;
}

std::optional<double> memory_limit(pid_t pid) {
  const auto of_cgroup = least_limit(pid, "memory", "memory.max", "memory.limit_in_bytes");
  const auto meminfo = read_if_there("/proc/meminfo");
  const auto total = meminfo ? parse_total_memory(*meminfo) : std::nullopt;
  if (of_cgroup && total) return std::min(*of_cgroup, *total);
  return of_cgroup ? of_cgroup : total;
}

std::optional<double> thread_limit(pid_t pid) {
  if (const auto limit = least_limit(pid, "pids", "pids.max", "pids.max")) return limit;
  const auto text = read_if_there("/proc/sys/kernel/threads-max");
  return text ? parse_limit(*text) : std::nullopt;
}

}  // namespace watertight::proc
