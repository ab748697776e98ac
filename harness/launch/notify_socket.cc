// SPDX-License-Identifier: Apache-2.0
#include "launch/notify_socket.h"

#include "posix/socket.h"

#include <charconv>

namespace watertight::launch {

NotifySocket NotifySocket::open_at(const std::filesystem::path& path) {
  std::string address = path;
  auto place = posix::SocketAddress::of_path(address);
  if (!place) {
    address =
        "@watertight-notify-" + path.parent_path().filename().native() + path.filename().native();
    place = posix::SocketAddress::of_path(address);
  }
  posix::UniqueFd fd = posix::listen_at(*place, SOCK_DGRAM);
  if (!address.starts_with('@')) {
    std::filesystem::permissions(address,
                                 std::filesystem::perms::all & ~std::filesystem::perms::set_uid);
  }
  return NotifySocket(std::move(fd), std::move(address));
}

const NotifySocket::News& NotifySocket::read() {
  char buffer[4096];
  for (;;) {
    const posix::Transfer transfer = posix::receive_some(fd_, buffer, sizeof buffer);
    if (transfer.bytes == 0) return news_;
    parse_notification({buffer, transfer.bytes}, news_);
  }
}

void parse_notification(std::string_view text, NotifySocket::News& news) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string_view name = line.substr(0, equals);
    const std::string_view value = line.substr(std::min(equals + 1, line.size()));
    if (name == "READY" && value == "1") news.is_ready = true;
    if (name == "STATUS") news.status = value;
    if (name == "MAINPID") {
      pid_t pid = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), pid);
      if (error == std::errc() && end == value.data() + value.size() && pid > 0)
        news.main_pid = pid;
    }
  }
}

}  // namespace watertight::launch
