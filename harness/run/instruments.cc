// SPDX-License-Identifier: Apache-2.0
#include "run/instruments.h"

#include "blame/sanitizer.h"
#include "launch/elf_head.h"
#include "launch/guard.h"
#include "launch/preload.h"
#include "launch/program.h"
#include "posix/file.h"
#include "posix/process.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <variant>
#include <vector>

namespace watertight::run {
namespace {

using std::filesystem::path;

constexpr const char* kSanitized =
    "a sanitizer keeps the heap itself, and has to come first; --blame sanitizer asks it";

std::string why_not_in(const path& program) {
  const bool is_sanitized =
      launch::read_elf_head(program) && blame::is_sanitized(posix::read_file(program).value_or(""));
  return is_sanitized ? kSanitized : launch::why_no_preload(program);
}

}  // namespace

std::string why_no_agent(const Scenario& scenario) {
  if (scenario.blame == BlameMode::kOff) return "--blame off runs the daemon bare";
  if (scenario.blame != BlameMode::kAuto && scenario.blame != BlameMode::kAgent)
    return "another than the agent was asked for (--blame)";
  const auto is_valgrind = [](const path& word) { return word.filename() == "valgrind"; };
  if (std::ranges::any_of(scenario.command, is_valgrind))
    return "Valgrind keeps the heap itself; --blame valgrind asks it";
  std::map<std::string, std::string> environment = posix::current_environment();
  for (const auto& [name, value] : scenario.environment) environment.insert_or_assign(name, value);
  const std::string& preloaded = environment["LD_PRELOAD"];
  for (const std::string_view runtime : {"libasan", "liblsan", "libtsan", "libclang_rt"})
    if (preloaded.find(runtime) != std::string::npos) return kSanitized;
  try {
    launch::companion(launch::kAgentLibrary);
  } catch (const HarnessError& error) {
    return error.what();
  }
  const auto program = launch::find_program(scenario.command.at(0), environment);
  const auto* found = std::get_if<path>(&program);
  return found ? why_not_in(*found) : "";  // A launch tells what is wrong with it.
}

std::string why_no_rss(pid_t pid) {
  constexpr const char* kKeeps = " keeps freed memory resident, and memory of its own";
  for (const proc::Mapping& mapping : proc::read_maps(pid).value_or(std::vector<proc::Mapping>{})) {
    if (mapping.path.find("/vgpreload_") != std::string::npos)
      return std::string("Valgrind") + kKeeps;
    for (const std::string_view runtime : {"/libasan.", "/libtsan.", "/libclang_rt."})
      if (mapping.path.find(runtime) != std::string::npos)
        return std::string("a sanitizer") + kKeeps;
  }
  const std::string bytes = posix::read_file(fmt::format("/proc/{}/exe", pid)).value_or("");
  const bool is_sanitized = bytes.find("__asan_init") != std::string::npos ||
                            bytes.find("__tsan_init") != std::string::npos;
  return is_sanitized ? std::string("a sanitizer") + kKeeps : "";
}

}  // namespace watertight::run
