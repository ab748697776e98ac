// SPDX-License-Identifier: Apache-2.0
#include "proc/sockets.h"

#include "posix/file.h"
#include "posix/netlink.h"
#include "proc/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace watertight::proc {
namespace {

using Bytes = std::span<const std::byte>;
using Address = std::array<std::byte, 16>;  // network order; IPv4 in the first four

std::string address_text(int family, const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!::inet_ntop(family, address.data(), text.data(), text.size())) return {};
  return text.data();
}

std::string peer_text(int family, const Address& address, std::uint16_t port) {
  if (port == 0) return {};
  const std::string text = address_text(family, address);
  return family == AF_INET6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

/// Abstract names begin with, and may hold, NUL: shown as `@`, like in `/proc/net/unix`.
std::string unix_name(std::string_view name) {
  std::string text(name);
  if (!text.starts_with('\0')) text.erase(std::min(text.find('\0'), text.size()));
  std::replace(text.begin(), text.end(), '\0', '@');
  return text;
}

template <typename Struct>
std::optional<Struct> struct_at(Bytes bytes) {
  if (bytes.size() < sizeof(Struct)) return std::nullopt;
  Struct value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool diagnose_inet(SocketFact::Family family, int address_family, SocketState state,
                   std::vector<SocketFact>& found) {
  inet_diag_req_v2 request{};
  request.sdiag_family = static_cast<std::uint8_t>(address_family);
  request.sdiag_protocol = family == SocketFact::Family::kTcp ? IPPROTO_TCP : IPPROTO_UDP;
  request.idiag_states = 1U << static_cast<unsigned>(state);
  return posix::dump_netlink(
      NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, std::as_bytes(std::span(&request, 1)),
      [&](Bytes answer) {
        const auto message = struct_at<inet_diag_msg>(answer);
        if (!message) return;
        Address local, remote;
        std::memcpy(local.data(), message->id.idiag_src, local.size());
        std::memcpy(remote.data(), message->id.idiag_dst, remote.size());
        found.push_back(
            {.family = family,
             .address = address_text(message->idiag_family, local),
             .port = ntohs(message->id.idiag_sport),
             .peer = peer_text(message->idiag_family, remote, ntohs(message->id.idiag_dport)),
             .inode = message->idiag_inode});
      });
}

/// The payload of the attribute UNIX_DIAG_NAME; empty for a socket without a name.
std::string_view name_attribute(Bytes attributes) {
  while (const auto attribute = struct_at<rtattr>(attributes)) {
    if (attribute->rta_len < RTA_LENGTH(0) || attribute->rta_len > attributes.size()) break;
    if (attribute->rta_type == UNIX_DIAG_NAME) {
      const Bytes payload = attributes.subspan(RTA_LENGTH(0), attribute->rta_len - RTA_LENGTH(0));
      return {reinterpret_cast<const char*>(payload.data()), payload.size()};
    }
    attributes =
        attributes.subspan(std::min<std::size_t>(RTA_ALIGN(attribute->rta_len), attributes.size()));
  }
  return {};
}

bool diagnose_unix(std::vector<SocketFact>& found) {
  unix_diag_req request{};
  request.sdiag_family = AF_UNIX;
  request.udiag_states = 1U << static_cast<unsigned>(SocketState::kListen);
  request.udiag_show = UDIAG_SHOW_NAME;
  return posix::dump_netlink(
      NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, std::as_bytes(std::span(&request, 1)),
      [&](Bytes answer) {
        const auto message = struct_at<unix_diag_msg>(answer);
        if (!message) return;
        found.push_back(
            {.family = SocketFact::Family::kUnix,
             .address = unix_name(name_attribute(answer.subspan(NLMSG_ALIGN(sizeof *message)))),
             .peer = {},
             .inode = message->udiag_ino});
      });
}

struct Endpoint {
  int family = AF_INET;
  Address address{};
  std::uint16_t port = 0;
};

/// `0100007F:1F90`: 32-bit words in the host's byte order, hexadecimal.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  std::string_view words = take_until(text, ':');
  const auto port = parse_number<std::uint16_t>(text, 16);
  if (!port || (words.size() != 8 && words.size() != 32)) return std::nullopt;
  Endpoint endpoint{.family = words.size() == 8 ? AF_INET : AF_INET6, .address = {}, .port = *port};
  for (std::size_t at = 0; at < words.size(); at += 8) {
    const auto word = parse_number<std::uint32_t>(words.substr(at, 8), 16);
    if (!word) return std::nullopt;
    std::memcpy(endpoint.address.data() + at / 2, &*word, sizeof *word);
  }
  return endpoint;
}

void append(std::vector<SocketFact>& all, std::vector<SocketFact> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

struct Table {
  SocketFact::Family family;
  int address_family;
  const char* fallback;
};
constexpr std::array kTcpTables{Table{SocketFact::Family::kTcp, AF_INET, "/proc/net/tcp"},
                                Table{SocketFact::Family::kTcp, AF_INET6, "/proc/net/tcp6"}};
constexpr std::array kUdpTables{Table{SocketFact::Family::kUdp, AF_INET, "/proc/net/udp"},
                                Table{SocketFact::Family::kUdp, AF_INET6, "/proc/net/udp6"}};

void append_inet(std::span<const Table> tables, SocketState state, std::vector<SocketFact>& all) {
  for (const Table& table : tables) {
    std::vector<SocketFact> found;
    if (!diagnose_inet(table.family, table.address_family, state, found)) {
      found = parse_net_inet(table.family, state, posix::read_file(table.fallback).value_or(""));
    }
    append(all, std::move(found));
  }
}

}  // namespace

std::vector<SocketFact> parse_net_inet(SocketFact::Family family, SocketState state,
                                       std::string_view text) {
  std::vector<SocketFact> sockets;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    take_word(line);  // number of the slot
    const auto local = parse_endpoint(take_word(line));
    const auto remote = parse_endpoint(take_word(line));
    const auto found_state = parse_number<std::uint8_t>(take_word(line), 16);
    for (int skipped = 0; skipped < 5; ++skipped)
      take_word(line);  // queues, timer, retransmissions, uid, timeout
    const auto inode = parse_number<std::uint32_t>(take_word(line));
    if (!local || !remote || !inode || found_state != static_cast<std::uint8_t>(state)) continue;
    sockets.push_back({.family = family,
                       .address = address_text(local->family, local->address),
                       .port = local->port,
                       .peer = peer_text(remote->family, remote->address, remote->port),
                       .inode = *inode});
  }
  return sockets;
}

std::vector<SocketFact> parse_net_unix(std::string_view text) {
  constexpr std::uint32_t kAcceptsConnections = 0x10000;  // __SO_ACCEPTCON
  std::vector<SocketFact> sockets;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    for (int skipped = 0; skipped < 3; ++skipped) take_word(line);  // address, references, protocol
    const auto flags = parse_number<std::uint32_t>(take_word(line), 16);
    for (int skipped = 0; skipped < 2; ++skipped) take_word(line);  // type, state
    const auto inode = parse_number<std::uint32_t>(take_word(line));
    if (!flags || !inode || (*flags & kAcceptsConnections) == 0) continue;
    if (line.starts_with(' '))
      line.remove_prefix(1);  // one: the name itself may begin with a blank
    sockets.push_back({.family = SocketFact::Family::kUnix,
                       .address = std::string(line),
                       .peer = {},
                       .inode = *inode});
  }
  return sockets;
}

std::vector<SocketFact> listeners() {
  std::vector<SocketFact> all;
  append_inet(kTcpTables, SocketState::kListen, all);
  append_inet(kUdpTables, SocketState::kClose, all);
  std::vector<SocketFact> unix_sockets;
  if (!diagnose_unix(unix_sockets)) {
    unix_sockets = parse_net_unix(posix::read_file("/proc/net/unix").value_or(""));
  }
  append(all, std::move(unix_sockets));
  return all;
}

std::vector<SocketFact> tcp_sockets(SocketState state) {
  std::vector<SocketFact> all;
  append_inet(kTcpTables, state, all);
  return all;
}

}  // namespace watertight::proc
