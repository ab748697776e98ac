// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/evidence.h"

#include "blame/thread_stacks.h"
#include "posix/file.h"
#include "posix/syscall_name.h"
#include "proc/files.h"
#include "proc/process.h"
#include "proc/tree.h"
#include "rehearsals/signals/dispositions.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <string_view>

namespace watertight::rehearsals {
namespace {

std::string first_line_of(pid_t pid, const char* file) {
  try {
    const auto text = posix::read_file(fmt::format("/proc/{}/{}", pid, file));
    return text ? text->substr(0, text->find('\n')) : "";
  } catch (const HarnessError&) {
    return "";  // Another user's process: evidence is what may be read.
  }
}

/// `running`, or the syscall with its first arguments.
std::string describe_syscall(const std::string& text) {
  long number = 0;
  std::string first, second, third;
  std::istringstream words(text);
  if (!(words >> number >> first >> second >> third) || number < 0) return text;
  return fmt::format("{}({}, {}, {})", posix::syscall_name(number), first, second, third);
}

std::string_view name_of(proc::OpenFile::Kind kind) {
  constexpr std::string_view kNames[] = {"file",   "directory", "socket", "pipe",
                                         "device", "anonymous", "memfd"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string describe_descriptors(pid_t pid) {
  const auto files = proc::read_open_files(pid);
  if (!files) return "none";
  std::map<std::string_view, unsigned> by_kind;
  for (const proc::OpenFile& file : *files) ++by_kind[name_of(file.kind)];
  std::string text;
  for (const auto& [kind, count] : by_kind)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
  return text;
}

std::string describe_children(pid_t pid) {
  std::string text;
  for (const pid_t child : proc::descendants(pid)) {
    const auto stat = proc::read_stat(child);
    if (!stat || stat->parent != pid) continue;
    text += fmt::format("{}{} ({}) {}", text.empty() ? "" : ", ", child, stat->comm, stat->state);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<std::string> describe_at_deadline(pid_t pid, std::optional<Duration> cpu_since_signal) {
  std::vector<std::string> lines;
  try {
    const auto stat = proc::read_stat(pid);
    const auto status = proc::read_status(pid);
    if (!stat || !status) return lines;
    const std::string call = first_line_of(pid, "syscall");
    lines.push_back(fmt::format("pid {} ({}): state {}, waits in {}, {}", pid, stat->comm,
                                stat->state, first_line_of(pid, "wchan"), describe_syscall(call)));
    if (cpu_since_signal) {
      const double seconds = std::chrono::duration<double>(*cpu_since_signal).count();
      lines.back() += fmt::format("; {:.2f} s CPU since SIGTERM", seconds);
    }
    lines.push_back(
        fmt::format("pid {} signals: pending {}; blocked {}; ignored {}; caught {}", pid,
                    names_of_signals(status->pending), names_of_signals(status->blocked),
                    names_of_signals(status->ignored), names_of_signals(status->caught)));
    lines.push_back(fmt::format("pid {} holds {}; children: {}", pid, describe_descriptors(pid),
                                describe_children(pid)));
  } catch (const HarnessError& error) {
    lines.push_back(fmt::format("pid {}: {}", pid, error.what()));
  }
  return lines;
}

std::vector<std::string> describe_instance(const launch::Daemon& daemon) {
  std::vector<std::string> lines;
  for (const pid_t pid : daemon.processes())
    for (std::string& line : describe_at_deadline(pid)) lines.push_back(std::move(line));
  for (std::string& line : log_evidence(daemon)) lines.push_back(std::move(line));
  return lines;
}

HangEvidence stacks_of(std::span<const pid_t> processes) {
  blame::ThreadStacks seen = blame::read_thread_stacks(processes);
  return {std::move(seen.remarks), std::move(seen.stacks)};
}

HangEvidence describe_hang(const launch::Daemon& daemon) {
  std::vector<pid_t> living;
  for (const pid_t pid : daemon.processes())
    if (const auto stat = proc::read_stat(pid); stat && !stat->is_dead()) living.push_back(pid);
  std::vector<std::string> lines = describe_instance(daemon);
  HangEvidence evidence = stacks_of(living);
  evidence.lines.insert(evidence.lines.begin(), lines.begin(), lines.end());
  return evidence;
}

std::vector<std::string> log_evidence(const launch::Daemon& daemon, std::size_t lines) {
  std::vector<std::string> evidence = daemon.log_tail(lines);
  for (std::string& line : evidence) line.insert(0, "log: ");
  return evidence;
}

}  // namespace watertight::rehearsals
