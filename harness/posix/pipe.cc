// SPDX-License-Identifier: Apache-2.0
#include "posix/pipe.h"

#include "posix/checked.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace watertight::posix {

Pipe open_pipe() {
  int ends[2];
  checked(::pipe2(ends, O_CLOEXEC), "pipe2");
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  // Only our end: a child's standard output must block.
  checked(::fcntl(pipe.reading.get(), F_SETFL, O_NONBLOCK), "fcntl", "O_NONBLOCK");
  return pipe;
}

void make_fifo(const std::filesystem::path& path) {
  checked(::mkfifo(path.c_str(), 0666), "mkfifo", path.native());
  checked(::chmod(path.c_str(), 0666), "chmod", path.native());  // Whatever the umask.
}

Transfer read_some(const UniqueFd& pipe, char* buffer, std::size_t size) {
  const ssize_t received = retry_eintr([&] { return ::read(pipe.get(), buffer, size); });
  if (received == -1) return {.error = errno};
  return {.bytes = static_cast<std::size_t>(received)};
}

}  // namespace watertight::posix
