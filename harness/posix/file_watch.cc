// SPDX-License-Identifier: Apache-2.0
#include "posix/file_watch.h"

#include "posix/checked.h"

#include <sys/inotify.h>
#include <unistd.h>

namespace watertight::posix {

OpenWatch::OpenWatch(const std::filesystem::path& path)
    : events_(checked(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify_init1")) {
  checked(::inotify_add_watch(events_.get(), path.c_str(), IN_OPEN), "inotify_add_watch",
          path.native());
}

bool OpenWatch::was_opened() {
  bool was = false;
  char events[4096];
  while (retry_eintr([&] { return ::read(events_.get(), events, sizeof events); }) > 0) was = true;
  return was;
}

}  // namespace watertight::posix
