// SPDX-License-Identifier: Apache-2.0
#include "launch/time_warp.h"

#include "posix/file.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLibrary = "faketime/libfaketimeMT.so.1";
constexpr const char* kSetId =
    "its program changes its user (set-user-ID, capabilities), which keeps preloaded libraries out";

template <typename T>
std::optional<T> read_object(std::ifstream& file, std::uint64_t offset) {
  T object;
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(reinterpret_cast<char*>(&object), sizeof object)) return std::nullopt;
  return object;
}

/// The head of a 64 or 32 bit ELF file as this program is one; empty for any other.
std::optional<ElfW(Ehdr)> read_elf_header(std::ifstream& file) {
  const auto header = read_object<ElfW(Ehdr)>(file, 0);
  const unsigned char our_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != our_class)
    return std::nullopt;
  return header;
}

bool is_of_our_machine(const fs::path& library) {
  std::ifstream ours("/proc/self/exe", std::ios::binary), theirs(library, std::ios::binary);
  const auto our_header = read_elf_header(ours), their_header = read_elf_header(theirs);
  return our_header && their_header && our_header->e_machine == their_header->e_machine;
}

/// True where the program names a dynamic loader, which is what preloads libraries; empty where it
/// is no program of this machine's.
std::optional<bool> has_loader(const fs::path& program) {
  std::ifstream file(program, std::ios::binary);
  const auto header = read_elf_header(file);
  if (!header) return std::nullopt;
  for (std::uint64_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = read_object<ElfW(Phdr)>(file, header->e_phoff + i * header->e_phentsize);
    if (segment && segment->p_type == PT_INTERP) return true;
  }
  return false;
}

/// The folders that a pattern stands for: itself, or, where it ends in `*`, those within.
std::vector<fs::path> expand(const std::string& pattern) {
  if (!pattern.ends_with('*')) return {pattern};
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(pattern).parent_path(), error))
    folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

}  // namespace

fs::path find_time_warp() {
  return find_time_warp({"/usr/lib/*", "/usr/lib64", "/usr/lib", "/usr/local/lib/*",
                         "/usr/local/lib64", "/usr/local/lib"});
}

fs::path find_time_warp(const std::vector<std::string>& folders) {
  for (const std::string& pattern : folders) {
    for (const fs::path& folder : expand(pattern)) {
      std::error_code error;
      const fs::path library = folder / kLibrary;
      if (fs::is_regular_file(library, error) && is_of_our_machine(library)) return library;
    }
  }
  throw HarnessError(
      "find",
      fmt::format("{}, which --warp needs (looked in {}; install it: apt install faketime)",
                  kLibrary, fmt::join(folders, ", ")),
      ENOENT);
}

void warp_time(std::map<std::string, std::string>& environment, double factor,
               const fs::path& library) {
  std::string& preload = environment["LD_PRELOAD"];
  preload += (preload.empty() ? "" : ":") + library.native();
  environment.insert_or_assign("FAKETIME", fmt::format("+0 x{}", factor));
}

std::string why_not_warped(pid_t pid) try {
  const auto mappings = proc::read_maps(pid);
  if (!mappings) return "it has ended";
  const auto is_it = [](const proc::Mapping& mapping) {
    return mapping.path.find("/libfaketime") != std::string::npos;
  };
  if (std::ranges::any_of(*mappings, is_it)) return "";
  const fs::path program = fmt::format("/proc/{}/exe", pid);
  const auto loader = has_loader(program);
  if (!loader) return "its program is for another machine than libfaketime";
  if (!*loader) return "its program is linked statically and takes no preloaded library";
  const auto facts = posix::stat_if_there(program);
  if (facts && (facts->st_mode & (S_ISUID | S_ISGID)) != 0) return kSetId;
  return "its dynamic loader has not taken libfaketime (another C library than glibc, or file "
         "capabilities)";
} catch (const HarnessError& error) {
  if (error.errno_value() != EACCES && error.errno_value() != EPERM) throw;
  return kSetId;  // What changes its user hides its memory from us.
}

}  // namespace watertight::launch
