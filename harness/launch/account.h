// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// A user that a daemon runs as (getpwnam(3), getgrouplist(3)).
struct Account {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< Supplementary, `group` included.
};

/// Empty where there is no user of this name. Throws HarnessError.
std::optional<Account> find_account(const std::string& name);

/// True where we may run commands as somebody else: we are root.
bool may_change_user();

/// Makes the account owner of a file or folder (lchown(2)). Throws HarnessError.
void give_to(const Account& account, const std::filesystem::path& path);

}  // namespace watertight::launch
