// SPDX-License-Identifier: Apache-2.0
#include "posix/limit.h"

#include "posix/checked.h"

#include <sys/resource.h>

#include <string>

namespace watertight::posix {
namespace {

__rlimit_resource number_of(Resource resource) {
  switch (resource) {
    case Resource::kDescriptors:
      return RLIMIT_NOFILE;
    case Resource::kCoreSize:
      return RLIMIT_CORE;
    case Resource::kAddressSpace:
      break;
  }
  return RLIMIT_AS;
}

std::optional<Limit> exchange(pid_t pid, Resource resource, const rlimit* wanted) {
  rlimit before{};
  const int result = ::prlimit(pid, number_of(resource), wanted, &before);
  if (result == -1 && (errno == ESRCH || errno == EPERM)) return std::nullopt;
  checked(result, "prlimit", std::to_string(pid));
  return Limit{before.rlim_cur, before.rlim_max};
}

}  // namespace

std::optional<Limit> set_limit(pid_t pid, Resource resource, const Limit& limit) {
  const rlimit wanted{limit.soft, limit.hard};
  return exchange(pid, resource, &wanted);
}

std::optional<Limit> limit_of(pid_t pid, Resource resource) {
  return exchange(pid, resource, nullptr);
}

}  // namespace watertight::posix
