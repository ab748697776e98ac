// SPDX-License-Identifier: Apache-2.0
#include "trace/functions.h"

#include "posix/file.h"
#include "proc/process.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

namespace watertight::trace {
namespace {

constexpr std::uint64_t kPageMask = ~std::uint64_t{4095};
constexpr std::string_view kErrno = "__errno_location";

/// The object that lies at an offset of a file; empty where it does not fit in.
template <typename T>
std::optional<T> read_at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T object;
  std::memcpy(&object, bytes.data() + offset, sizeof object);
  return object;
}

std::optional<Elf64_Ehdr> read_head(std::string_view elf) {
  const auto head = read_at<Elf64_Ehdr>(elf, 0);
  const bool is_elf = head && elf.starts_with(ELFMAG) && head->e_ident[EI_CLASS] == ELFCLASS64;
  return is_elf ? head : std::nullopt;
}

/// The address that the file wants for its first segment.
std::uint64_t first_address(std::string_view elf, const Elf64_Ehdr& head) {
  for (std::uint64_t i = 0; i < head.e_phnum; ++i) {
    const auto segment = read_at<Elf64_Phdr>(elf, head.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment && segment->p_type == PT_LOAD) return segment->p_vaddr & kPageMask;
  }
  return 0;
}

std::optional<Elf64_Shdr> find_section(std::string_view elf, const Elf64_Ehdr& head,
                                       std::uint32_t type) {
  for (std::uint64_t i = 0; i < head.e_shnum; ++i) {
    const auto section = read_at<Elf64_Shdr>(elf, head.e_shoff + i * sizeof(Elf64_Shdr));
    if (section && section->sh_type == type) return section;
  }
  return std::nullopt;
}

std::string_view string_at(std::string_view elf, std::uint64_t offset) {
  if (offset >= elf.size()) return {};
  const std::string_view rest = elf.substr(offset);
  return rest.substr(0, std::min(rest.find('\0'), rest.size()));
}

bool is_wanted(std::string_view name) {
  return name == kErrno || is_unsafe_in_handler(name) || is_jump(name);
}

}  // namespace

std::vector<Function> parse_functions(std::string_view elf) {
  std::vector<Function> functions;
  const auto head = read_head(elf);
  if (!head) return functions;
  auto table = find_section(elf, *head, SHT_DYNSYM);
  if (!table) table = find_section(elf, *head, SHT_SYMTAB);
  if (!table) return functions;
  const auto names =
      read_at<Elf64_Shdr>(elf, head->e_shoff + std::uint64_t{table->sh_link} * sizeof(Elf64_Shdr));
  if (!names) return functions;
  const std::uint64_t begin = first_address(elf, *head);
  for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table->sh_size; at += sizeof(Elf64_Sym)) {
    const auto symbol = read_at<Elf64_Sym>(elf, table->sh_offset + at);
    if (!symbol) break;
    const bool is_function = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
                             ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
                             symbol->st_shndx != SHN_UNDEF && symbol->st_value >= begin;
    if (is_function)
      functions.push_back(
          {symbol->st_value - begin, string_at(elf, names->sh_offset + symbol->st_name)});
  }
  return functions;
}

FunctionTable read_functions(pid_t pid) {
  FunctionTable table;
  std::set<std::string> seen;
  for (const proc::Mapping& mapping : proc::read_maps(pid).value_or(std::vector<proc::Mapping>{})) {
    // The mappings of a file come in the order of their addresses, the first segment's first.
    if (!mapping.path.starts_with("/") || mapping.offset != 0 || !seen.insert(mapping.path).second)
      continue;
    const auto elf = posix::read_file(fmt::format("/proc/{}/root{}", pid, mapping.path));
    if (!elf) continue;
    for (const Function& function : parse_functions(*elf))
      if (is_wanted(function.name))
        table.try_emplace(mapping.start + function.offset, plain_name(function.name));
  }
  return table;
}

}  // namespace watertight::trace
