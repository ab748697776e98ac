// SPDX-License-Identifier: Apache-2.0
#include "launch/account.h"

#include "posix/checked.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace watertight::launch {

std::optional<Account> find_account(const std::string& name) {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  while (error == ERANGE) {
    buffer.resize(2 * buffer.size());
    error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  }
  // Several of these mean "not found" as well, getpwnam(3).
  if (error != 0 && error != ENOENT && error != ESRCH && error != EBADF && error != EPERM) {
    throw HarnessError("getpwnam_r", name, error);
  }
  if (found == nullptr) return std::nullopt;

  Account account{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(32)};
  int count = static_cast<int>(account.groups.size());
  while (::getgrouplist(name.c_str(), entry.pw_gid, account.groups.data(), &count) == -1) {
    account.groups.resize(static_cast<std::size_t>(count));
  }
  account.groups.resize(static_cast<std::size_t>(count));
  return account;
}

bool may_change_user() { return ::geteuid() == 0; }

void give_to(const Account& account, const std::filesystem::path& path) {
  posix::checked(::lchown(path.c_str(), account.user, account.group), "lchown", path.native());
}

}  // namespace watertight::launch
