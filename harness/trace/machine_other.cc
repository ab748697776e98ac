// SPDX-License-Identifier: Apache-2.0
#include "trace/machine.h"

#if !defined(__x86_64__) && !defined(__aarch64__)

namespace watertight::trace {

bool is_supported() { return false; }
std::optional<Place> place_of(const posix::Tracee&) { return std::nullopt; }
std::string_view call_instruction() { return {}; }
bool step_back(const posix::Tracee&, const Wait&) { return false; }

}  // namespace watertight::trace

#endif
