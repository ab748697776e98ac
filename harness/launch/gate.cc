// SPDX-License-Identifier: Apache-2.0
#include "launch/gate.h"

#include "posix/file.h"
#include "posix/pipe.h"

#include <fcntl.h>

#include <system_error>
#include <utility>

namespace watertight::launch {

Gate::Gate(std::filesystem::path path) : path_(std::move(path)) {
  posix::make_fifo(path_);
  writer_ = posix::open_file(path_, O_RDWR);  // With both ends open, who comes does not block here.
}

std::vector<std::string> Gate::hold(const std::filesystem::path& program,
                                    const std::vector<std::string>& arguments) const {
  std::vector<std::string> held{"/bin/sh", "-c", R"({ read _ <"$0"; } 2>/dev/null; exec "$@")",
                                path_.native(), program.native()};
  held.insert(held.end(), arguments.begin() + 1, arguments.end());
  return held;
}

void Gate::open() {
  // In this order whoever comes late finds a writer, or no gate at all.
  std::error_code gone;
  std::filesystem::remove(path_, gone);
  writer_.reset();
}

}  // namespace watertight::launch
