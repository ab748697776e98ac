// SPDX-License-Identifier: Apache-2.0
#include "launch/elf_head.h"

#include <elf.h>
#include <link.h>

#include <climits>
#include <cstring>
#include <fstream>

namespace watertight::launch {
namespace {

template <typename T>
std::optional<T> read_object(std::ifstream& file, std::uint64_t offset) {
  T object;
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(reinterpret_cast<char*>(&object), sizeof object)) return std::nullopt;
  return object;
}

std::string read_text(std::ifstream& file, std::uint64_t offset) {
  std::string text(PATH_MAX, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(text.data(), PATH_MAX);
  return text.substr(0, text.find('\0'));
}

}  // namespace

std::optional<ElfHead> read_elf_head(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto header = read_object<ElfW(Ehdr)>(file, 0);
  const unsigned char our_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != our_class)
    return std::nullopt;
  ElfHead head{header->e_machine};
  for (std::uint64_t i = 0; i < header->e_phnum && head.loader.empty(); ++i) {
    const auto segment = read_object<ElfW(Phdr)>(file, header->e_phoff + i * header->e_phentsize);
    if (segment && segment->p_type == PT_INTERP) head.loader = read_text(file, segment->p_offset);
  }
  return head;
}

}  // namespace watertight::launch
