// SPDX-License-Identifier: Apache-2.0
#include "launch/preload.h"

#include "agent_abi/agent.h"
#include "launch/elf_head.h"
#include "posix/file.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStatic = "its program is linked statically and takes no preloaded library";
constexpr const char* kSetId =
    "its program changes its user (set-user-ID, capabilities), which keeps preloaded libraries out";

}  // namespace

void preload_agent(std::map<std::string, std::string>& environment, const fs::path& library,
                   const fs::path& area) {
  const fs::path folder = area.parent_path(), copy = folder / kAgentLibrary;
  std::error_code error;
  fs::copy_file(library, copy, fs::copy_options::skip_existing, error);
  if (error) throw HarnessError("copy", copy.native(), error.value());
  fs::permissions(folder, fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
  fs::permissions(copy, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
  std::string& preload = environment["LD_PRELOAD"];
  preload = copy.native() + (preload.empty() ? "" : ":" + preload);
  environment.insert_or_assign(WATERTIGHT_AGENT_VARIABLE, area.native());
}

std::string why_no_preload(const fs::path& program) {
  const auto head = read_elf_head(program);
  if (!head) return "";  // A script, say: the run shows it.
  if (posix::read_file(program).value_or("").find("Go buildinf:") != std::string::npos)
    return "a Go program takes its memory from the kernel, and not by malloc(3)";
  if (head->loader.empty()) return kStatic;
  if (head->loader.find("ld-musl") != std::string::npos)
    return "its C library is musl, and what is preloaded is built for glibc";
  return "";
}

std::string why_not_loaded(pid_t pid, std::string_view path_part, std::string_view name) try {
  const auto mappings = proc::read_maps(pid);
  if (!mappings) return "it has ended";
  const auto is_it = [&](const proc::Mapping& mapping) {
    return mapping.path.find(path_part) != std::string::npos;
  };
  if (std::ranges::any_of(*mappings, is_it)) return "";
  const fs::path program = fmt::format("/proc/{}/exe", pid);
  const auto head = read_elf_head(program);
  if (!head) return fmt::format("its program is for another machine than {}", name);
  if (head->loader.empty()) return kStatic;
  const auto facts = posix::stat_if_there(program);
  if (facts && (facts->st_mode & (S_ISUID | S_ISGID)) != 0) return kSetId;
  return fmt::format(
      "its dynamic loader has not taken {} (another C library than glibc, or file capabilities)",
      name);
} catch (const HarnessError& error) {
  if (error.errno_value() != EACCES && error.errno_value() != EPERM) throw;
  return kSetId;  // What changes its user hides its memory from us.
}

}  // namespace watertight::launch
