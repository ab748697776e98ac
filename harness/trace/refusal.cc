// SPDX-License-Identifier: Apache-2.0
#include "trace/refusal.h"

#include "posix/file.h"
#include "proc/text.h"
#include "trace/machine.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace watertight::trace {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kElf = "\177ELF";
constexpr std::size_t kClassAt = 4;  // EI_CLASS
constexpr char kWide = 2;            // ELFCLASS64

bool is_elf_of_other_width(const fs::path& file) {
  char head[kClassAt + 1] = {};
  std::ifstream(file, std::ios::binary).read(head, sizeof head);
  return std::string_view(head, kElf.size()) == kElf && head[kClassAt] != kWide;
}

std::optional<Refusal> why_not_file(const fs::path& file) {
  if (!is_supported())
    return Refusal{"tracing knows x86-64 and aarch64, and this machine is neither"};
  if (is_elf_of_other_width(file)) return Refusal{"it is a 32-bit program, and we are not"};
  return std::nullopt;
}

/// The kernel asks the same of who reads this as of a tracer, Yama apart.
std::optional<Refusal> why_not_look(pid_t pid) {
  try {
    (void)posix::read_file(fmt::format("/proc/{}/syscall", pid));
    return std::nullopt;
  } catch (const HarnessError& error) {
    return explain_refusal(pid, error.errno_value() == EACCES ? EPERM : error.errno_value());
  }
}

}  // namespace

bool has_seccomp_filter(std::string_view status) {
  bool has_filter = false;
  proc::for_each_field(status, [&](std::string_view key, std::string_view value) {
    if (key == "Seccomp") has_filter = value != "0";
  });
  return has_filter;
}

std::optional<Refusal> why_not(pid_t pid) {
  if (auto refusal = why_not_look(pid)) return refusal;
  if (auto refusal = why_not_file(fmt::format("/proc/{}/exe", pid))) return refusal;
  const auto status = posix::read_file(fmt::format("/proc/{}/status", pid));
  const auto own = posix::read_file("/proc/self/status");
  // Where we have a filter too, as in a container, it is not the daemon's own.
  if (status && has_seccomp_filter(*status) && !(own && has_seccomp_filter(*own)))
    return Refusal{fmt::format("pid {} runs under a seccomp filter of its own", pid)};
  return std::nullopt;
}

std::optional<Refusal> why_not(const fs::path& program) {
  if (auto refusal = why_not_file(program)) return refusal;
  const auto facts = posix::stat_if_there(program);
  const bool changes_user = facts && (facts->st_mode & (S_ISUID | S_ISGID)) != 0;
  if (changes_user && ::geteuid() != 0)
    return Refusal{fmt::format("{} is setuid: only root may trace it", program.native())};
  return std::nullopt;
}

Refusal explain_refusal(pid_t pid, int error) {
  const auto scope = posix::read_file("/proc/sys/kernel/yama/ptrace_scope");
  if (error == EPERM && scope && scope->starts_with("3"))
    return {"the kernel allows no ptrace until it starts anew (kernel.yama.ptrace_scope is 3)"};
  if (error == EPERM && scope && scope->starts_with("2") && ::geteuid() != 0)
    return {"only root may use ptrace here (kernel.yama.ptrace_scope is 2)"};
  if (error == EPERM) {
    return {
        "ptrace(2) is not permitted: it has another user or more rights than we have, another "
        "tracer has it, or the container lacks CAP_SYS_PTRACE"};
  }
  return {fmt::format("ptrace of pid {}: {}", pid, std::strerror(error))};
}

}  // namespace watertight::trace
