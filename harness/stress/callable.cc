// SPDX-License-Identifier: Apache-2.0
#include "stress/callable.h"

#include <watertight/error.h>

#include <exception>
#include <utility>

namespace watertight::stress {

Callable::Callable(std::function<bool(const Instance&)> function, Instance instance)
    : function_(std::move(function)), instance_(std::move(instance)) {
  if (!function_)
    throw ScenarioError("stress: a callable without a function; set Stress::callable");
}

Tally Callable::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  Tally tally;
  while (tally.attempted < operations && !(interrupted && interrupted() != 0)) {
    std::string failure;
    try {
      if (!function_(instance_)) failure = "the callable returned false";
    } catch (const std::exception& exception) {
      failure = std::string("the callable threw: ") + exception.what();
    }
    ++tally.attempted;
    if (failure.empty()) continue;
    ++tally.failed;
    if (tally.first_failure.empty()) tally.first_failure = failure;
  }
  return tally;
}

}  // namespace watertight::stress
