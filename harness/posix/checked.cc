// SPDX-License-Identifier: Apache-2.0
#include "posix/checked.h"

#include <fmt/format.h>

#include <system_error>

namespace watertight {
namespace {

std::string sentence(std::string_view call, std::string_view object, int errno_value) {
  std::string text(call);
  if (!object.empty()) text += fmt::format(" {}", object);
  if (errno_value != 0) {
    text += fmt::format(": {}", std::generic_category().message(errno_value));
  }
  return text;
}

}  // namespace

HarnessError::HarnessError(std::string_view call, std::string_view object, int errno_value)
    : std::runtime_error(sentence(call, object, errno_value)), errno_value_(errno_value) {}

}  // namespace watertight
