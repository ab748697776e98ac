// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// A socket as sock_diag(7) tells it.
struct SocketFact {
  enum class Family { kTcp, kUdp, kUnix };
  Family family = Family::kTcp;
  /// Numeric address, or path of a Unix socket (abstract ones begin with '@').
  std::string address;
  std::uint16_t port = 0;
  std::string peer;  ///< "127.0.0.1:4711"; empty where none.
  std::uint32_t inode = 0;
};

/// TCP states as the kernel numbers them; a UDP socket that is bound and not connected is kClose.
enum class SocketState : std::uint8_t {
  kEstablished = 1,
  kSynSent = 2,
  kFinWait2 = 5,
  kTimeWait = 6,
  kClose = 7,
  kCloseWait = 8,
  kListen = 10
};

/// `/proc/net/{tcp,tcp6,udp,udp6}`: the sockets in that state.
std::vector<SocketFact> parse_net_inet(SocketFact::Family family, SocketState state,
                                       std::string_view text);
/// `/proc/net/unix`: the listening sockets.
std::vector<SocketFact> parse_net_unix(std::string_view text);

/// Listening TCP (4 and 6) and Unix sockets and bound, unconnected UDP sockets of this network
/// namespace. Filtered by the kernel, so TIME_WAIT sockets cost nothing; read from `/proc/net`
/// where sock_diag(7) is missing or forbidden. Throws HarnessError.
std::vector<SocketFact> listeners();

/// TCP sockets (4 and 6) in that state. kCloseWait: the peer has closed, the daemon has not.
std::vector<SocketFact> tcp_sockets(SocketState state);
inline std::vector<SocketFact> close_wait_sockets() { return tcp_sockets(SocketState::kCloseWait); }

}  // namespace watertight::proc
