// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/address_space.h"

#include <watertight/report.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace watertight::blame {

/// Gives code addresses their function, file and line. Reads a module when the first address in it
/// is asked for (a big one takes half a second), and keeps it: ask only for stacks that are shown.
///
/// Finds separate debug information by build-id (`/usr/lib/debug/.build-id`) and .gnu_debuglink,
/// and asks a debuginfod server where the user has set $DEBUGINFOD_URLS.
class Symbols {
 public:
  /// Further folders like `/usr/lib/debug`.
  explicit Symbols(const std::vector<std::filesystem::path>& debug_folders = {});
  Symbols(Symbols&&) noexcept;
  Symbols& operator=(Symbols&&) noexcept;
  ~Symbols();

  /// The levels at a place, innermost first: more than one where functions are inlined there. Never
  /// empty: where nothing better is known, module and offset. With a build-id (hex digits) a file
  /// that is another build of the module is not used.
  std::vector<Frame> resolve(const CodePlace& place, const std::string& build_id = "");

  /// The levels of a stack of return addresses, innermost first; of each the call is told, not
  /// where it returns to. An address outside every module is a frame that has an offset alone.
  std::vector<Frame> resolve(const AddressSpace& space,
                             const std::vector<std::uint64_t>& return_addresses);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hex digits of an ELF file's build-id; empty where it has none or is no ELF file.
std::string build_id_of(const std::filesystem::path& file);

}  // namespace watertight::blame
