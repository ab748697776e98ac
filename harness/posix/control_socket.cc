// SPDX-License-Identifier: Apache-2.0
#include "posix/control_socket.h"

#include "posix/checked.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace watertight::posix {
namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostDescriptors = 8;
constexpr std::string_view kObject = "control socket";

std::vector<UniqueFd> take_descriptors(msghdr& message) {
  std::vector<UniqueFd> descriptors;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      descriptors.emplace_back(fd);
    }
  }
  return descriptors;
}

}  // namespace

std::pair<ControlSocket, UniqueFd> ControlSocket::make() {
  int ends[2];
  checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair", kObject);
  return {ControlSocket(UniqueFd(ends[0])), UniqueFd(ends[1])};
}

void ControlSocket::send(std::string_view bytes, const std::vector<int>& descriptors) const {
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (descriptors.size() > kMostDescriptors) throw HarnessError("sendmsg", kObject, E2BIG);
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  checked(retry_eintr([&] { return ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL); }), "sendmsg",
          kObject);
}

bool ControlSocket::wait_until_readable(const Deadline& deadline) const {
  for (;;) {
    pollfd watched{fd_.get(), POLLIN, 0};
    const int ready = ::poll(&watched, 1, deadline.left_for_poll());
    if (ready == -1 && errno != EINTR) throw HarnessError("poll", kObject, errno);
    if (ready == 1) return true;
    if (deadline.has_passed()) return false;
  }
}

std::optional<ControlSocket::Message> ControlSocket::receive(const Deadline& deadline) const {
  if (!wait_until_readable(deadline)) return std::nullopt;
  char buffer[kMostBytes];
  iovec data{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))];
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size =
      checked(retry_eintr([&] { return ::recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC); }),
              "recvmsg", kObject);
  if (size == 0) throw HarnessError("recvmsg", kObject, ECONNRESET);
  return Message{std::string(buffer, static_cast<std::size_t>(size)), take_descriptors(message)};
}

UniqueFd make_memory_file(const char* name, std::string_view bytes) {
  UniqueFd file(checked(::memfd_create(name, MFD_CLOEXEC), "memfd_create", name));
  while (!bytes.empty()) {
    const ssize_t count =
        checked(retry_eintr([&] { return ::write(file.get(), bytes.data(), bytes.size()); }),
                "write", name);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return file;
}

}  // namespace watertight::posix
