// SPDX-License-Identifier: Apache-2.0
#include "blame/elf_module.h"

#include "blame/demangle.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace watertight::blame {
namespace {

using Scopes = std::unique_ptr<Dwarf_Die[], decltype(&std::free)>;

struct Place {
  std::string file;
  int line = 0;
};

/// The name that a function's entry has, or that of the entry it stands for.
std::string name_of(Dwarf_Die* die) {
  for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name}) {
    Dwarf_Attribute found;
    if (!dwarf_attr_integrate(die, attribute, &found)) continue;
    if (const char* name = dwarf_formstring(&found)) return demangle(name);
  }
  return "";
}

std::optional<Dwarf_Word> number_of(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word number = 0;
  if (!dwarf_attr(die, attribute, &found) || dwarf_formudata(&found, &number) != 0) return {};
  return number;
}

/// Where an inlined function was called.
Place call_of(Dwarf_Die* unit, Dwarf_Die* inlined) {
  Place place;
  place.line = static_cast<int>(number_of(inlined, DW_AT_call_line).value_or(0));
  Dwarf_Files* files = nullptr;
  if (const auto file = number_of(inlined, DW_AT_call_file);
      file && dwarf_getsrcfiles(unit, &files, nullptr) == 0) {
    if (const char* path = dwarf_filesrc(files, *file, nullptr, nullptr)) place.file = path;
  }
  return place;
}

/// What libdw finds by .debug_aranges, and where there is none, as clang leaves it, by what each
/// unit says that it covers.
Dwarf_Die* unit_around(Dwfl_Module* module, Dwarf_Addr address, Dwarf_Addr& bias) {
  if (Dwarf_Die* const unit = dwfl_module_addrdie(module, address, &bias)) return unit;
  Dwarf_Die* unit = nullptr;
  while ((unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr)
    if (dwarf_haspc(unit, address - bias) == 1) return unit;
  return nullptr;
}

/// The line of an address in its unit.
Place place_of(Dwarf_Die* unit, Dwarf_Addr address) {
  Place place;
  if (Dwarf_Line* const line = dwarf_getsrc_die(unit, address)) {
    if (const char* file = dwarf_linesrc(line, nullptr, nullptr)) place.file = file;
    dwarf_lineno(line, &place.line);
  }
  return place;
}

/// The entries around an address as the code lies, innermost first. dwarf_getscopes() alone follows
/// an inlined function to where it is written down.
std::pair<Scopes, int> scopes_around(Dwarf_Die* unit, Dwarf_Addr address) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes(unit, address, &scopes);
  const Scopes as_written(scopes, &std::free);
  if (count <= 0) return {Scopes(nullptr, &std::free), 0};
  Dwarf_Die innermost = as_written[0];
  scopes = nullptr;
  const int around = dwarf_getscopes_die(&innermost, &scopes);
  return {Scopes(scopes, &std::free), around};
}

std::vector<Frame> frames_from_entries(Dwarf_Die* unit, Dwarf_Addr address, Place place) {
  std::vector<Frame> frames;
  const auto [scopes, count] = scopes_around(unit, address);
  for (int i = 0; i < count; ++i) {
    const int tag = dwarf_tag(&scopes[i]);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
    frames.push_back(
        {.function = name_of(&scopes[i]), .file = std::move(place.file), .line = place.line});
    if (tag == DW_TAG_subprogram) break;
    place = call_of(unit, &scopes[i]);
  }
  return frames;
}

std::string hex_of(const unsigned char* bytes, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::uint64_t find_first_address(Elf* elf) {
  std::size_t count = 0;
  if (!elf || elf_getphdrnum(elf, &count) != 0) return 0;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) && header.p_type == PT_LOAD)
      return header.p_vaddr - header.p_offset;
  }
  return 0;
}

}  // namespace

struct ElfModule::Dwarf {
  std::string debug_path;
  char* debug_path_text = nullptr;
  Dwfl_Callbacks callbacks{};
  std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl{nullptr, &dwfl_end};
  Dwfl_Module* module = nullptr;
  GElf_Addr bias = 0;
};

ElfModule::ElfModule(const std::filesystem::path& file, const std::string& debug_path)
    : dwarf_(std::make_unique<Dwarf>()) {
  Dwarf& dwarf = *dwarf_;
  dwarf.debug_path = debug_path;
  dwarf.debug_path_text = dwarf.debug_path.data();
  dwarf.callbacks.find_elf = dwfl_build_id_find_elf;
  dwarf.callbacks.find_debuginfo = dwfl_standard_find_debuginfo;
  dwarf.callbacks.section_address = dwfl_offline_section_address;
  dwarf.callbacks.debuginfo_path = &dwarf.debug_path_text;
  dwarf.dwfl.reset(dwfl_begin(&dwarf.callbacks));
  if (!dwarf.dwfl || file.empty()) return;
  dwfl_report_begin(dwarf.dwfl.get());
  dwarf.module = dwfl_report_offline(dwarf.dwfl.get(), file.c_str(), file.c_str(), -1);
  dwfl_report_end(dwarf.dwfl.get(), nullptr, nullptr);
  if (!dwarf.module) return;
  Elf* const elf = dwfl_module_getelf(dwarf.module, &dwarf.bias);
  first_address_ = find_first_address(elf);
  const unsigned char* id = nullptr;
  GElf_Addr unused = 0;
  if (const int length = dwfl_module_build_id(dwarf.module, &id, &unused); length > 0)
    build_id_ = hex_of(id, length);
}

ElfModule::~ElfModule() = default;

bool ElfModule::is_readable() const { return dwarf_->module != nullptr; }

std::vector<Frame> ElfModule::resolve(std::uint64_t address) const {
  if (!is_readable()) return {};
  const Dwarf_Addr at = address + dwarf_->bias;
  Place place;
  Dwarf_Addr dwarf_bias = 0;
  if (Dwarf_Die* const unit = unit_around(dwarf_->module, at, dwarf_bias)) {
    place = place_of(unit, at - dwarf_bias);
    auto frames = frames_from_entries(unit, at - dwarf_bias, place);
    if (!frames.empty()) return frames;
  }
  GElf_Off unused_offset = 0;
  GElf_Sym unused_symbol;
  const char* const symbol = dwfl_module_addrinfo(dwarf_->module, at, &unused_offset,
                                                  &unused_symbol, nullptr, nullptr, nullptr);
  if (!symbol) return {};
  return {{.function = demangle(symbol), .file = place.file, .line = place.line}};
}

}  // namespace watertight::blame
