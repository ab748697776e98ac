// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace watertight::blame {

/// One ELF file with its debug information, as libdw reads them.
class ElfModule {
 public:
  /// `debug_path` as in libdwfl: folders with colons between; `.debug` is below the file's own.
  /// A file that is missing or not ELF gives a module that knows nothing.
  ElfModule(const std::filesystem::path& file, const std::string& debug_path);
  ~ElfModule();
  ElfModule(const ElfModule&) = delete;
  ElfModule& operator=(const ElfModule&) = delete;

  bool is_readable() const;
  const std::string& build_id() const { return build_id_; }  ///< Hex digits; may be empty.

  /// Address at which the file wants its first segment: 0 for libraries and PIE.
  std::uint64_t first_address() const { return first_address_; }

  /// The levels at an address of the file; `module` and `offset` are left to the caller. Empty
  /// where neither debug information nor symbol table tells.
  std::vector<Frame> resolve(std::uint64_t address) const;

 private:
  struct Dwarf;
  std::unique_ptr<Dwarf> dwarf_;
  std::string build_id_;
  std::uint64_t first_address_ = 0;
};

}  // namespace watertight::blame
