// SPDX-License-Identifier: Apache-2.0
#include "blame/symbols.h"

#include "blame/elf_module.h"

#include <algorithm>
#include <map>

namespace watertight::blame {
namespace {

namespace fs = std::filesystem;

/// Beside the module, in `.debug` there, and where Debian's -dbgsym packages are.
constexpr const char* kDebugPath = ":.debug:/usr/lib/debug";

}  // namespace

struct Symbols::State {
  /// The file itself where it is the build that is asked for, else the debug file of that build.
  const ElfModule& module_of(const fs::path& file, const std::string& build_id) {
    const ElfModule& own = open(file);
    if (build_id.empty() || own.build_id() == build_id) return own;
    for (const fs::path& folder : debug_folders) {
      const fs::path debug =
          folder / ".build-id" / build_id.substr(0, 2) /
          (build_id.substr(std::min<std::size_t>(2, build_id.size())) + ".debug");
      if (const ElfModule& separate = open(debug); separate.build_id() == build_id) return separate;
    }
    return open({});
  }

  const ElfModule& open(const fs::path& file) {
    auto& module = modules[file];
    if (!module) module = std::make_unique<ElfModule>(file, debug_path);
    return *module;
  }

  std::vector<fs::path> debug_folders{"/usr/lib/debug"};
  std::string debug_path = kDebugPath;
  std::map<fs::path, std::unique_ptr<ElfModule>> modules;
};

Symbols::Symbols(const std::vector<fs::path>& debug_folders) : state_(std::make_unique<State>()) {
  for (const fs::path& folder : debug_folders) {
    state_->debug_folders.push_back(folder);
    state_->debug_path += ":" + folder.native();
  }
}

Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;
Symbols::~Symbols() = default;

std::vector<Frame> Symbols::resolve(const CodePlace& place, const std::string& build_id) {
  const ElfModule& module = state_->module_of(place.file, build_id);
  const std::uint64_t offset = place.offset + module.first_address();
  std::vector<Frame> frames = module.resolve(offset);
  if (frames.empty()) frames.emplace_back();
  for (Frame& frame : frames) {
    frame.module = place.module;
    frame.offset = offset;
  }
  return frames;
}

std::vector<Frame> Symbols::resolve(const AddressSpace& space,
                                    const std::vector<std::uint64_t>& return_addresses) {
  std::vector<Frame> stack;
  for (const std::uint64_t address : return_addresses) {
    // The call may be the last instruction of its function: look one byte before its end.
    const std::uint64_t call = address == 0 ? 0 : address - 1;
    const auto place = space.find(call);
    const auto frames = place ? resolve(*place) : std::vector<Frame>{{.offset = call}};
    stack.insert(stack.end(), frames.begin(), frames.end());
  }
  return stack;
}

std::string build_id_of(const fs::path& file) { return ElfModule(file, kDebugPath).build_id(); }

}  // namespace watertight::blame
