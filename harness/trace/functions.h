// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace watertight::trace {

/// A function that a library offers.
struct Function {
  std::uint64_t offset = 0;  ///< From where the file's first segment is mapped.
  std::string_view name;     ///< Points into the file's text.
};

/// The functions in the dynamic symbol table of an ELF file, or in its symbol table where it is
/// static. Those that are chosen at run time (IFUNC) are left out. Pure, and total: none for what
/// is no ELF file of 64 bits. Source: elf(5).
std::vector<Function> parse_functions(std::string_view elf);

/// May not be called in a signal handler: it allocates, locks, or uses static data, and is not in
/// the list of signal-safety(7). Mangled names of C++ are known too.
bool is_unsafe_in_handler(std::string_view name);
/// Leaves a handler without returning from it.
bool is_jump(std::string_view name);
/// "operator new" for its mangled name, "printf" for __printf_chk.
std::string plain_name(std::string_view name);

/// Where the functions begin that an audit wants to know of, in all that a process has mapped.
using FunctionTable = std::unordered_map<std::uint64_t, std::string>;
/// Throws HarnessError.
FunctionTable read_functions(pid_t pid);

}  // namespace watertight::trace
