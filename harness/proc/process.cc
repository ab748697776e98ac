// SPDX-License-Identifier: Apache-2.0
#include "proc/process.h"

#include "posix/file.h"
#include "proc/folder.h"
#include "proc/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace watertight::proc {
namespace {

constexpr std::uint64_t kPfExiting = 0x4;  // include/linux/sched.h

/// `1234 kB` in bytes; 0 where that is no number, the greatest where it does not fit.
std::uint64_t parse_kilobytes(std::string_view value) {
  constexpr auto kGreatest = std::numeric_limits<std::uint64_t>::max();
  const auto kilobytes = parse_number<std::uint64_t>(take_word(value)).value_or(0);
  return kilobytes > kGreatest / 1024 ? kGreatest : kilobytes * 1024;
}

std::uint64_t parse_mask(std::string_view value) {
  return parse_number<std::uint64_t>(take_word(value), 16).value_or(0);
}

std::uint64_t parse_count(std::string_view value) {
  return parse_number<std::uint64_t>(take_word(value)).value_or(0);
}

}  // namespace

std::optional<Stat> parse_stat(std::string_view text) {
  // comm may hold anything, `) R 1 (` included; what follows its last parenthesis is numbers only.
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) {
    return std::nullopt;
  }
  constexpr std::size_t kFirst = 3, kLast = 22;  // fields, numbered as in proc(5)
  std::array<std::string_view, kLast + 1> fields;
  std::string_view rest = text.substr(close + 1);
  for (std::size_t i = kFirst; i <= kLast; ++i) fields[i] = take_word(rest);

  const auto pid = parse_number<pid_t>(text.substr(0, open));
  const auto parent = parse_number<pid_t>(fields[4]);
  const auto group = parse_number<pid_t>(fields[5]);
  const auto session = parse_number<pid_t>(fields[6]);
  const auto flags = parse_number<std::uint64_t>(fields[9]);
  const auto user_ticks = parse_number<std::uint64_t>(fields[14]);
  const auto system_ticks = parse_number<std::uint64_t>(fields[15]);
  const auto threads = parse_number<std::uint64_t>(fields[20]);
  const auto start_time = parse_number<std::uint64_t>(fields[22]);
  if (!pid || fields[3].size() != 1 || !parent || !group || !session || !flags || !user_ticks ||
      !system_ticks || !threads || !start_time) {
    return std::nullopt;
  }
  return Stat{.pid = *pid,
              .comm = std::string(text.substr(open + 2, close - open - 2)),
              .state = fields[3].front(),
              .parent = *parent,
              .group = *group,
              .session = *session,
              .user_ticks = *user_ticks,
              .system_ticks = *system_ticks,
              .threads = *threads,
              .start_time = *start_time,
              .is_exiting = (*flags & kPfExiting) != 0};
}

std::optional<Stat> read_stat(pid_t pid) {
  const auto text = posix::read_file(fmt::format("/proc/{}/stat", pid));
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<Status> parse_status(std::string_view text) {
  Status status;
  bool has_state = false, has_user = false;
  for_each_field(text, [&](std::string_view key, std::string_view value) {
    if (key == "State" && !value.empty()) {
      status.state = value.front();
      has_state = true;
    } else if (key == "Tgid") {
      status.process = parse_number<pid_t>(value).value_or(0);
    } else if (key == "Uid") {
      take_word(value);  // the real one
      const auto user = parse_number<uid_t>(take_word(value));
      status.user = user.value_or(0);
      has_user = user.has_value();
    } else if (key == "Umask") {
      status.umask = parse_number<unsigned>(take_word(value), 8);
    } else if (key == "VmSize") {
      status.virtual_bytes = parse_kilobytes(value);
    } else if (key == "VmRSS") {
      status.resident_bytes = parse_kilobytes(value);
    } else if (key == "RssAnon") {
      status.resident_anon_bytes = parse_kilobytes(value);
    } else if (key == "RssShmem") {
      status.resident_shmem_bytes = parse_kilobytes(value);
    } else if (key == "Threads") {
      status.threads = parse_count(value);
    } else if (key == "SigPnd" || key == "ShdPnd") {
      status.pending |= parse_mask(value);
    } else if (key == "SigBlk") {
      status.blocked = parse_mask(value);
    } else if (key == "SigIgn") {
      status.ignored = parse_mask(value);
    } else if (key == "SigCgt") {
      status.caught = parse_mask(value);
    }
  });
  if (!has_state || !has_user) return std::nullopt;
  return status;
}

std::optional<Status> read_status(pid_t pid) {
  const auto text = posix::read_file(fmt::format("/proc/{}/status", pid));
  if (!text) return std::nullopt;
  auto status = parse_status(*text);
  if (!status || status->state != 'Z' || status->threads <= 1) return status;
  const auto of_live_thread = read_text(pid, "status");
  return of_live_thread ? parse_status(*of_live_thread) : std::nullopt;
}

std::optional<SmapsRollup> parse_smaps_rollup(std::string_view text) {
  SmapsRollup rollup;
  bool has_resident = false;
  for_each_field(text, [&](std::string_view key, std::string_view value) {
    if (key == "Rss") {
      rollup.resident = parse_kilobytes(value);
      has_resident = true;
    } else if (key == "Anonymous") {
      rollup.anonymous = parse_kilobytes(value);
    } else if (key == "Pss_Shmem") {
      rollup.proportional_shmem = parse_kilobytes(value);
    }
  });
  if (!has_resident) return std::nullopt;
  return rollup;
}

std::optional<std::uint64_t> parse_limit(std::string_view limits_text, std::string_view name) {
  while (!limits_text.empty()) {
    std::string_view line = take_line(limits_text);
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    if (line.starts_with(' ')) return parse_number<std::uint64_t>(take_word(line));
  }
  return std::nullopt;
}

std::optional<std::string> read_limits(pid_t pid) { return read_text(pid, "limits"); }

std::optional<ThreadActivity> parse_thread_activity(std::string_view status_text) {
  ThreadActivity thread;
  for_each_field(status_text, [&](std::string_view key, std::string_view value) {
    if (key == "Pid") {
      thread.tid = parse_number<pid_t>(take_word(value)).value_or(0);
    } else if (key == "State" && !value.empty()) {
      thread.state = value.front();
    } else if (key == "voluntary_ctxt_switches") {
      thread.waits = parse_count(value);
      thread.switches += thread.waits;
    } else if (key == "nonvoluntary_ctxt_switches") {
      thread.switches += parse_count(value);
    }
  });
  if (thread.tid <= 0 || thread.state == '?') return std::nullopt;
  return thread;
}

std::optional<std::vector<ThreadActivity>> read_thread_activity(pid_t pid) {
  const auto tasks = posix::OpenDirectory::open(fmt::format("/proc/{}/task", pid));
  if (!tasks) return std::nullopt;
  std::vector<ThreadActivity> threads;
  for (const int tid : numbers_in(*tasks)) {
    const auto text = tasks->read_file(fmt::format("{}/status", tid));
    if (!text) continue;  // ended between the two looks
    if (const auto thread = parse_thread_activity(*text)) threads.push_back(*thread);
  }
  if (threads.empty()) return std::nullopt;
  return threads;
}

std::string describe_process(pid_t pid) {
  std::string text = read_text(pid, "cmdline").value_or("");
  while (text.ends_with('\0')) text.pop_back();
  if (text.empty()) {
    const auto stat = read_stat(pid);
    return stat ? fmt::format("[{}]", stat->comm) : fmt::format("process {}", pid);
  }
  for (char& c : text) {
    if (c == '\0') c = ' ';
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      c = '?';  // nothing that moves a terminal
  }
  return text;
}

}  // namespace watertight::proc
