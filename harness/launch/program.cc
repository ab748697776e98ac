// SPDX-License-Identifier: Apache-2.0
#include "launch/program.h"

#include "posix/file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> folders;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    folders.emplace_back(end == start ? "." : path.substr(start, end - start));
    start = end + 1;
  }
  return folders;
}

bool is_executable(const fs::path& path) { return ::access(path.c_str(), X_OK) == 0; }

/// The reason why a file is no program; empty where it is one.
std::string fault_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return fmt::format("cannot run {}: there is no such file; build it first, or correct the path",
                       path.native());
  }
  if (error) return fmt::format("cannot run {}: {}", path.native(), error.message());
  if (fs::is_directory(status)) {
    return fmt::format("cannot run {}: it is a folder, not a program", path.native());
  }
  if (!is_executable(path)) {
    return fmt::format("cannot run {0}: it is not executable; chmod +x {0}", path.native());
  }
  return "";
}

/// The program that the `#!` line names; empty where there is none.
std::string interpreter_of(const fs::path& program) {
  std::ifstream file(program);
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("#!")) return "";
  const std::size_t start = line.find_first_not_of(" \t", 2);
  if (start == std::string::npos) return "";
  return line.substr(start, line.find_first_of(" \t\r", start) - start);
}

}  // namespace

std::variant<fs::path, NoProgram> find_program(
    const std::string& word, const std::map<std::string, std::string>& environment) {
  if (word.empty()) return NoProgram{"the command is empty: name the daemon's program"};
  if (word.find('/') != std::string::npos) {
    const fs::path path = fs::absolute(word);
    const std::string fault = fault_of(path);
    if (!fault.empty()) return NoProgram{fault};
    return path;
  }
  const auto variable = environment.find("PATH");
  const std::string path(variable == environment.end() ? kDefaultPath : variable->second);
  std::string first_fault;
  for (const std::string& folder : split_path(path)) {
    const fs::path candidate = fs::absolute(fs::path(folder) / word);
    std::error_code error;
    if (!fs::is_regular_file(candidate, error)) continue;
    if (is_executable(candidate)) return candidate;
    if (first_fault.empty()) first_fault = fault_of(candidate);
  }
  if (!first_fault.empty()) return NoProgram{first_fault};
  return NoProgram{
      fmt::format("cannot run {0}: there is no such program in PATH ({1}); install it, or give its "
                  "path (./{0})",
                  word, path)};
}

std::string explain_exec_error(const fs::path& program, int error) {
  const std::string interpreter = interpreter_of(program);
  switch (error) {
    case ENOENT:
      if (interpreter.empty()) {
        return fmt::format(
            "cannot run {}: its dynamic loader is missing (it was linked for another system or C "
            "library; `file` tells which)",
            program.native());
      }
      return fmt::format(
          "cannot run {}: its interpreter {} is missing; install it or correct the #! line",
          program.native(), interpreter);
    case EACCES:
      return fmt::format(
          "cannot run {}: permission denied; it, its folders{} must be executable for the daemon's "
          "user, and their file system not mounted noexec",
          program.native(),
          interpreter.empty() ? "" : fmt::format(" and its interpreter {}", interpreter));
    case ENOEXEC:
      return fmt::format(
          "cannot run {}: it is neither a program for this machine nor a script with a #! line",
          program.native());
    case E2BIG:
      return fmt::format("cannot run {}: arguments and environment are too long", program.native());
    case ETXTBSY:
      return fmt::format("cannot run {}: somebody has it open for writing", program.native());
    default:
      return fmt::format("cannot run {}: {}", program.native(), std::strerror(error));
  }
}

}  // namespace watertight::launch
