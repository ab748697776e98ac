// SPDX-License-Identifier: Apache-2.0
#include "launch/run_folder.h"

#include "launch/account.h"
#include "launch/guard/remove_tree.h"
#include "posix/checked.h"
#include "posix/file.h"

#include <sys/stat.h>

#include <cstdlib>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

fs::path temporary_folder() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? fs::absolute(chosen) : fs::path("/tmp");
}

void make_folder(const fs::path& path) {
  posix::checked(::mkdir(path.c_str(), 0700), "mkdir", path.native());
  posix::checked(::chmod(path.c_str(), 0700), "chmod", path.native());  // Whatever the umask.
}

}  // namespace

fs::path RunFolder::choose_path() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string name = "watertight.";
  for (int i = 0; i < 12; ++i) name += kLetters[letter(random)];
  return temporary_folder() / name;
}

RunFolder RunFolder::create(const fs::path& path, const std::string& user) {
  make_folder(path);
  RunFolder folder{path};
  make_folder(folder.state());
  make_folder(folder.state() / "tmp");
  posix::write_file(folder.output(), "");
  if (user.empty() || !may_change_user()) return folder;

  const std::optional<Account> account = find_account(user);
  if (!account) throw HarnessError("getpwnam", "user " + user, ENOENT);
  for (const fs::path& own : {folder.state(), folder.state() / "tmp", folder.output()}) {
    give_to(*account, own);
  }
  // The user has to pass through, and needs to see nothing but what is its own.
  fs::permissions(folder.root(),
                  fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  return folder;
}

RunFolder::RunFolder(RunFolder&& other) noexcept : root_(std::exchange(other.root_, {})) {}

RunFolder& RunFolder::operator=(RunFolder&& other) noexcept {
  std::swap(root_, other.root_);
  return *this;
}

RunFolder::~RunFolder() {
  if (!root_.empty()) guard::remove_tree(root_.c_str());
}

std::vector<std::string> tail_of(const fs::path& output, std::size_t lines) {
  std::vector<std::string> tail;
  std::istringstream text(posix::read_tail(output, lines));
  for (std::string line; std::getline(text, line);) tail.push_back(line);
  return tail;
}

}  // namespace watertight::launch
