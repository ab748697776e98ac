// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/waits.h"

#include "posix/directory.h"
#include "posix/file.h"
#include "posix/syscall_name.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string_view>

namespace watertight::rehearsals {
namespace {

/// Empty where it runs, or is stopped outside of a call.
std::optional<Wait> parse_wait(const std::string& text) {
  Wait wait;
  long number = -1;
  std::string first, second, third;
  std::istringstream words(text);
  if (!(words >> number >> first >> second >> third) || number < 0) return std::nullopt;
  wait.name = posix::syscall_name(number);
  wait.call = fmt::format("{}({}, {}, {})", wait.name, first, second, third);
  return wait;
}

std::optional<Wait> read_wait(const std::string& path) {
  try {
    const auto text = posix::read_file(path);
    return text ? parse_wait(*text) : std::nullopt;
  } catch (const HarnessError&) {
    return std::nullopt;  // Another user's process.
  }
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> calls) {
  return std::ranges::find(calls, name) != calls.end();
}

}  // namespace

std::vector<Wait> waits_of(const std::vector<pid_t>& processes) {
  std::vector<Wait> waits;
  for (const pid_t pid : processes) {
    const std::string folder = fmt::format("/proc/{}/task", pid);
    posix::for_each_name(folder, [&](std::string_view name) {
      auto wait = read_wait(fmt::format("{}/{}/syscall", folder, name));
      if (!wait) return;
      wait->process = pid;
      std::from_chars(name.data(), name.data() + name.size(), wait->thread);
      waits.push_back(std::move(*wait));
    });
  }
  return waits;
}

bool is_writing(const Wait& wait) {
  return is_one_of(wait.name, {"write", "writev", "sendto", "sendmsg", "sendfile"});
}

bool is_restarted(const Wait& wait) {
  return is_writing(wait) ||
         is_one_of(wait.name, {"read", "recvfrom", "recvmsg", "accept", "accept4", "connect",
                               "futex", "wait4", "waitid", "flock", "fcntl"});
}

}  // namespace watertight::rehearsals
