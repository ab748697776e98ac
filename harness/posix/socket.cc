// SPDX-License-Identifier: Apache-2.0
#include "posix/socket.h"

#include "posix/checked.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace watertight::posix {
namespace {

void set_option(const UniqueFd& socket, int level, int option, const auto& value,
                std::string_view name) {
  checked(::setsockopt(socket.get(), level, option, &value, sizeof value), "setsockopt", name);
}

}  // namespace

std::vector<SocketAddress> SocketAddress::resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // one entry an address; the port is the same for datagrams
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);

  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage_, entry->ai_addr, entry->ai_addrlen);
    address.length_ = entry->ai_addrlen;
    addresses.push_back(address);
  }
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const SocketAddress& address) { return address.family() == AF_INET; });
  return addresses;
}

std::optional<SocketAddress> SocketAddress::of_path(std::string_view path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path) return std::nullopt;
  path.copy(name.sun_path, path.size());
  const bool is_abstract = path.front() == '@';
  if (is_abstract) name.sun_path[0] = '\0';

  SocketAddress address;
  std::memcpy(&address.storage_, &name, sizeof name);
  // The length is part of an abstract name; a path ends with its zero byte.
  address.length_ =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
  return address;
}

SocketAddress SocketAddress::local(const UniqueFd& socket) {
  SocketAddress address;
  address.length_ = sizeof address.storage_;
  checked(
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address.storage_), &address.length_),
      "getsockname");
  return address;
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(storage_).sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(storage_).sin6_port);
  return 0;
}

bool Transfer::would_block() const { return error == EAGAIN || error == EWOULDBLOCK; }

UniqueFd open_socket(int family, int type) {
  return UniqueFd(checked(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
}

int connect_to(const UniqueFd& socket, const SocketAddress& address) {
  return ::connect(socket.get(), address.get(), address.length()) == 0 ? 0 : errno;
}

int take_error(const UniqueFd& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  checked(::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt",
          "SO_ERROR");
  return error;
}

Transfer send_some(const UniqueFd& socket, std::string_view data) {
  const ssize_t sent = retry_eintr(
      [&] { return ::send(socket.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT); });
  if (sent == -1) return {.error = errno};
  return {.bytes = static_cast<std::size_t>(sent)};
}

Transfer receive_some(const UniqueFd& socket, char* buffer, std::size_t size) {
  const ssize_t received =
      retry_eintr([&] { return ::recv(socket.get(), buffer, size, MSG_DONTWAIT); });
  if (received == -1) return {.error = errno};
  return {.bytes = static_cast<std::size_t>(received)};
}

std::size_t unacknowledged(const UniqueFd& socket) {
  int bytes = 0;
  checked(::ioctl(socket.get(), SIOCOUTQ, &bytes), "ioctl", "SIOCOUTQ");
  return static_cast<std::size_t>(bytes);
}

void end_sending(const UniqueFd& socket) {
  if (::shutdown(socket.get(), SHUT_WR) == -1 && errno != ENOTCONN) {
    throw HarnessError("shutdown", "socket", errno);
  }
}

void reset_on_close(const UniqueFd& socket) {
  set_option(socket, SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0}, "SO_LINGER");
}

void limit_receive_buffer(const UniqueFd& socket, int bytes) {
  set_option(socket, SOL_SOCKET, SO_RCVBUF, bytes, "SO_RCVBUF");
}

SocketPair open_socket_pair() {
  int ends[2];
  checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd bind_alone(const SocketAddress& address, int type) {
  UniqueFd socket = open_socket(address.family(), type);
  checked(::bind(socket.get(), address.get(), address.length()), "bind");
  return socket;
}

UniqueFd listen_at(const SocketAddress& address, int type, int backlog) {
  UniqueFd socket = open_socket(address.family(), type);
  if (address.family() != AF_UNIX) set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  checked(::bind(socket.get(), address.get(), address.length()), "bind");
  if (type == SOCK_STREAM) checked(::listen(socket.get(), backlog), "listen");
  return socket;
}

std::optional<UniqueFd> accept_from(const UniqueFd& listener) {
  const int fd = retry_eintr(
      [&] { return ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); });
  if (fd >= 0) return UniqueFd(fd);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED) return std::nullopt;
  throw HarnessError("accept4", "listening socket", errno);
}

}  // namespace watertight::posix
