// SPDX-License-Identifier: Apache-2.0
#include "posix/netlink.h"

#include "posix/checked.h"
#include "posix/unique_fd.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <vector>

namespace watertight::posix {
namespace {

enum class Progress { kMore, kDone, kRefused };

void send_request(int socket, std::uint16_t message_type, std::span<const std::byte> request) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + request.size());
  header.nlmsg_type = message_type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  std::vector<std::byte> message(NLMSG_SPACE(request.size()));
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + NLMSG_HDRLEN, request.data(), request.size());
  checked(retry_eintr([&] { return ::send(socket, message.data(), message.size(), 0); }), "send",
          "netlink");
}

/// Goes through the messages of one datagram.
Progress visit(std::span<const std::byte> datagram,
               const std::function<void(std::span<const std::byte>)>& each) {
  while (datagram.size() >= NLMSG_HDRLEN) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > datagram.size()) break;
    if (header.nlmsg_type == NLMSG_DONE) return Progress::kDone;
    if (header.nlmsg_type == NLMSG_ERROR) return Progress::kRefused;
    each(datagram.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN));
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return Progress::kMore;
}

}  // namespace

bool dump_netlink(int protocol, std::uint16_t message_type, std::span<const std::byte> request,
                  const std::function<void(std::span<const std::byte>)>& each) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
  if (!socket) {
    if (errno == EMFILE || errno == ENFILE) throw HarnessError("socket", "netlink", errno);
    return false;
  }
  send_request(socket.get(), message_type, request);
  std::vector<std::byte> buffer(32 * 1024);  // what iproute2 reads at a time; no answer is longer
  while (true) {
    const ssize_t count =
        retry_eintr([&] { return ::recv(socket.get(), buffer.data(), buffer.size(), 0); });
    const auto length = static_cast<std::size_t>(checked(count, "recv", "netlink"));
    if (length == 0) return false;
    switch (visit(std::span(buffer).first(length), each)) {
      case Progress::kMore:
        break;
      case Progress::kDone:
        return true;
      case Progress::kRefused:
        return false;
    }
  }
}

}  // namespace watertight::posix
