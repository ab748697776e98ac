// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/error.h>

#include <cerrno>
#include <string_view>

namespace watertight::posix {

/// Gives back what a call returned; throws HarnessError with its errno where that was -1.
template <typename T>
T checked(T result, std::string_view call, std::string_view object = {}) {
  if (result == static_cast<T>(-1)) throw HarnessError(call, object, errno);
  return result;
}

/// Repeats a call that a signal interrupted (EINTR), gives back what it returned at last.
template <typename Call>
auto retry_eintr(Call&& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace watertight::posix
