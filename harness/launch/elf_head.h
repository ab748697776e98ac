// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace watertight::launch {

/// What the head of an ELF file tells.
struct ElfHead {
  std::uint16_t machine = 0;  ///< EM_X86_64, …
  /// The dynamic loader that a program names, which is what preloads libraries; empty for a static
  /// program, and for a library.
  std::string loader = {};
};

/// Of a file with addresses as wide as ours; empty for any other. Source: elf(5).
std::optional<ElfHead> read_elf_head(const std::filesystem::path& file);

}  // namespace watertight::launch
