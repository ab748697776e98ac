// SPDX-License-Identifier: Apache-2.0
#include "probe/file_census.h"

#include "posix/directory.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace watertight::probe {
namespace {

constexpr int kMaxDepth = 16;
/// Folders of other runs; what libfaketime shares among the processes of a warped daemon.
constexpr std::string_view kNamesOfTools[] = {"watertight.", "faketime_shm_", "sem.faketime_sem_"};
const std::vector<std::string> kIpcFolders{"/dev/shm", "/dev/mqueue"};

void visit_all(const std::string& folder, int depth,
               const std::function<void(const std::string&)>& visit) {
  posix::for_each_entry(folder, [&](const posix::DirectoryEntry& entry) {
    const std::string path = folder + "/" + entry.name;
    visit(path);
    if (S_ISDIR(entry.facts.st_mode) && depth < kMaxDepth) visit_all(path, depth + 1, visit);
  });
}

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

FileCensus::FileCensus(const std::filesystem::path& state,
                       const std::vector<std::filesystem::path>& shared, uid_t user)
    : state_(state), user_(user), since_(std::time(nullptr)) {
  for (const std::filesystem::path& path : shared) {
    const std::string folder = path.lexically_normal();
    const bool is_below_state = folder.starts_with(state_);
    if (!folder.empty() && folder != "/" && !is_below_state && !std::ranges::count(shared_, folder))
      shared_.push_back(folder);
  }
}

std::uint64_t FileCensus::count_files() {
  std::uint64_t count = 0;
  visit_all(state_, 0, [&count](const std::string&) { ++count; });
  return count + count_families(shared_, file_families_);
}

std::uint64_t FileCensus::count_ipc_objects() { return count_families(kIpcFolders, ipc_families_); }

void FileCensus::for_each_file(const Visit& visit) const {
  visit_all(state_, 0, visit);
  visit_families(shared_, file_families_, visit);
}

void FileCensus::for_each_ipc_object(const Visit& visit) const {
  visit_families(kIpcFolders, ipc_families_, visit);
}

void FileCensus::visit_shared(const std::string& folder, const Visit& visit) const {
  posix::for_each_entry(folder, [&](const posix::DirectoryEntry& entry) {
    const bool is_of_a_tool = std::ranges::any_of(
        kNamesOfTools, [&](std::string_view prefix) { return entry.name.starts_with(prefix); });
    if (entry.facts.st_uid == user_ && entry.facts.st_ctime >= since_ && !is_of_a_tool)
      visit(folder + "/" + entry.name);
  });
}

void FileCensus::visit_families(const std::vector<std::string>& folders, const Families& families,
                                const Visit& visit) const {
  for (const std::string& folder : folders) {
    visit_shared(folder, [&](const std::string& path) {
      const auto family = families.find(name_pattern(path));
      if (family != families.end() && family->second.counts()) visit(path);
    });
  }
}

std::uint64_t FileCensus::count_families(const std::vector<std::string>& folders,
                                         Families& families) const {
  std::map<std::string, std::uint64_t> now;
  for (const std::string& folder : folders)
    visit_shared(folder, [&now](const std::string& path) { ++now[name_pattern(path)]; });
  for (auto& [name, family] : families)
    if (!now.contains(name)) now[name] = 0;
  std::uint64_t total = 0;
  for (const auto& [name, members] : now) {
    Family& family = families[name];
    family.has_shrunk |= members < family.members;
    family.members = members;
    if (family.counts()) total += members;
  }
  return total;
}

std::string name_pattern(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  const std::string name = path.substr(begin);
  constexpr std::size_t kSuffix = 6;  // mkstemp(3), mkdtemp(3)
  if (name.size() > kSuffix && std::all_of(name.end() - kSuffix, name.end(), is_alphanumeric) &&
      !is_alphanumeric(name[name.size() - kSuffix - 1]))
    return path.substr(0, path.size() - kSuffix) + "??????";
  std::string pattern = path.substr(0, begin);
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_digit(name[i]))
      pattern += name[i];
    else if (i == 0 || !is_digit(name[i - 1]))
      pattern += '#';
  }
  return pattern;
}

}  // namespace watertight::probe
