// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes who is to blame as folded stacks, which every flame graph tool reads: a line a call site,
/// `growth.heap;main (main.cc:60);on_request (server.cc:88) 4096`, outermost first under the id of
/// the check, and the count of what it left. Nothing where no stack is known.
void write_folded(const Report& report, std::ostream& out);

}  // namespace watertight::report
