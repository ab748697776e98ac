// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "posix/unique_fd.h"

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::posix {

/// An address as connect(2) and bind(2) take it, of whatever family.
class SocketAddress {
 public:
  /// What a host name or a numeric address stands for here, IPv4 first; empty where the name is
  /// unknown. May ask the resolver (getaddrinfo(3)), and so block.
  static std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port);

  /// A path, or with a leading '@' an abstract name. Empty where it is too long (107 bytes).
  static std::optional<SocketAddress> of_path(std::string_view path);

  /// The address a socket is bound to.
  static SocketAddress local(const UniqueFd& socket);

  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;  ///< 0 where the family has none.
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t length() const { return length_; }

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

/// What a non-blocking call moved, or the errno that stopped it.
struct Transfer {
  std::size_t bytes = 0;
  int error = 0;  ///< 0 with 0 bytes received: the end of the stream.

  bool would_block() const;
};

/// A new socket: SOCK_STREAM or SOCK_DGRAM, non-blocking, close-on-exec. Throws HarnessError.
UniqueFd open_socket(int family, int type);

/// Gives 0 or the errno of connect(2), EINPROGRESS included: what a peer answers is no
/// HarnessError.
int connect_to(const UniqueFd& socket, const SocketAddress& address);

/// Takes the error that the kernel keeps for the socket (SO_ERROR); 0 for none.
int take_error(const UniqueFd& socket);

/// Never raises SIGPIPE. On a stream that is still connecting it would block, even with nothing to
/// send.
Transfer send_some(const UniqueFd& socket, std::string_view data);
Transfer receive_some(const UniqueFd& socket, char* buffer, std::size_t size);

/// Bytes that the peer's kernel has not acknowledged (SIOCOUTQ; on a Unix socket: that the peer has
/// not read).
std::size_t unacknowledged(const UniqueFd& socket);

/// Ends the writing half (shutdown(2)); a peer that is gone already is none of our business.
void end_sending(const UniqueFd& socket);

/// From now on closing sends a reset and leaves no TIME_WAIT (SO_LINGER with 0).
void reset_on_close(const UniqueFd& socket);

/// Before connecting: what the peer may send without being read, in bytes (SO_RCVBUF; the kernel
/// doubles it, and takes no less than 2 304).
void limit_receive_buffer(const UniqueFd& socket, int bytes);

/// Two connected stream sockets, blocking as a child expects its standard streams to be.
struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};
SocketPair open_socket_pair();

/// A socket that shares its address with none, not even with a connection in TIME_WAIT (no
/// SO_REUSEADDR); it does not listen. Throws HarnessError.
UniqueFd bind_alone(const SocketAddress& address, int type);

/// A non-blocking listening (stream) or bound (datagram) socket. Throws HarnessError.
UniqueFd listen_at(const SocketAddress& address, int type = SOCK_STREAM, int backlog = SOMAXCONN);

/// The next waiting connection, non-blocking; empty where none waits.
std::optional<UniqueFd> accept_from(const UniqueFd& listener);

}  // namespace watertight::posix
