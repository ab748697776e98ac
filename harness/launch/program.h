// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>

namespace watertight::launch {

/// What is wrong with a program, as a sentence with the remedy.
struct NoProgram {
  std::string message;
};

/// The absolute path of what a command's first word names: a path where it has a slash, else the
/// first executable file of that name in the PATH of `environment`.
std::variant<std::filesystem::path, NoProgram> find_program(
    const std::string& word, const std::map<std::string, std::string>& environment);

/// Why execve(2) of an existing file failed with `error`; looks at its first line for the
/// interpreter.
std::string explain_exec_error(const std::filesystem::path& program, int error);

}  // namespace watertight::launch
