// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/open_directory.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// `/proc/PID`, or `/proc/PID/task/TID` of a live thread where the main thread has ended and the
/// process lives on: the folder of a zombie leader shows neither files nor memory.
std::string folder_of(pid_t pid);

/// Opens `NAME` in folder_of(pid); empty where the process is gone, a zombie or about to be one.
/// Throws HarnessError.
std::optional<posix::OpenDirectory> open_folder(pid_t pid, std::string_view name);

/// Reads `NAME` in folder_of(pid); empty where the process is gone. The text of a process that is
/// ending is empty too where the kernel closes the file to us by then. Throws HarnessError.
std::optional<std::string> read_text(pid_t pid, std::string_view name);

/// The names that are numbers: pids, tids, descriptors.
std::vector<int> numbers_in(const posix::OpenDirectory& folder);

}  // namespace watertight::proc
