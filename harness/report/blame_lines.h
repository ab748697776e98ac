// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <string>
#include <vector>

namespace watertight::report {

/// A level of a stack for people, with as much as is known: `on_request (server.cc:88)`, `start in
/// libz.so.1`, `libz.so.1+0x1234`, `0x7f001234`.
std::string describe_frame(const Frame& frame);

/// The call sites to blame, most first, a few of each: `75 % of it by bad_loop (leaks_fd.c:31),
/// called by main (leaks_fd.c:60): +4 096 /var/log/data.log`. Entries without a stack are told
/// nothing of: they are evidence.
std::vector<std::string> describe_blame(const std::vector<Blame>& blame);

/// Where threads were, a line each: `thread 4711 (worker) and 3 alike: in pthread_mutex_lock
/// (libc.so.6), called by take_job (jobs.c:31), …`.
std::vector<std::string> describe_stacks(const std::vector<ThreadStack>& stacks);
/// `thread 4711 (worker) and 3 alike`; `main thread 4710 (served)`
std::string describe_thread(const ThreadStack& stack);

}  // namespace watertight::report
