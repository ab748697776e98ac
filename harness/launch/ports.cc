// SPDX-License-Identifier: Apache-2.0
#include "launch/ports.h"

#include "posix/file.h"
#include "posix/socket.h"

#include <watertight/error.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <random>
#include <sstream>
#include <string>

namespace watertight::launch {
namespace {

constexpr unsigned kLowest = 20000;
constexpr unsigned kHighest = 65535;
constexpr int kMostTries = 10000;

struct Range {
  unsigned first = 32768;
  unsigned last = 60999;
};

Range client_ports() {
  Range range;
  const auto text = posix::read_file("/proc/sys/net/ipv4/ip_local_port_range");
  if (text) std::istringstream(*text) >> range.first >> range.last;
  return range;
}

std::vector<std::uint16_t> candidates() {
  const Range clients = client_ports();
  std::vector<std::uint16_t> numbers;
  for (unsigned number = kLowest; number <= kHighest; ++number) {
    if (number < clients.first || number > clients.last) {
      numbers.push_back(static_cast<std::uint16_t>(number));
    }
  }
  return numbers;
}

/// Empty where somebody has it.
std::optional<posix::UniqueFd> bind_to(const posix::SocketAddress& address, int type) {
  try {
    return posix::bind_alone(address, type);
  } catch (const HarnessError& error) {
    const int reason = error.errno_value();
    if (reason == EADDRINUSE || reason == EACCES) return std::nullopt;
    // A machine without IPv6 has nobody there who could listen.
    if (reason != EADDRNOTAVAIL && reason != EAFNOSUPPORT) throw;
    return posix::UniqueFd();
  }
}

/// An abstract name that only one harness of this network namespace can hold; it goes with its
/// holder.
std::optional<posix::UniqueFd> claim(std::uint16_t number) {
  const auto name = posix::SocketAddress::of_path("@watertight-port-" + std::to_string(number));
  return bind_to(*name, SOCK_DGRAM);
}

}  // namespace

bool is_free(std::uint16_t port) {
  for (const char* any : {"0.0.0.0", "::"}) {
    for (const posix::SocketAddress& address : posix::SocketAddress::resolve(any, port)) {
      if (!bind_to(address, SOCK_STREAM) || !bind_to(address, SOCK_DGRAM)) return false;
    }
  }
  return true;
}

Ports Ports::choose(unsigned count) {
  Ports ports;
  if (count == 0) return ports;
  std::vector<std::uint16_t> numbers = candidates();
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(std::random_device()()));
  numbers.resize(std::min<std::size_t>(numbers.size(), kMostTries));
  for (const std::uint16_t number : numbers) {
    auto claimed = claim(number);
    if (!claimed || !is_free(number)) continue;
    ports.numbers_.push_back(number);
    ports.claims_.push_back(std::move(*claimed));
    if (ports.numbers_.size() == count) return ports;
  }
  throw HarnessError("bind", "free ports of the loopback interface outside ip_local_port_range",
                     EADDRINUSE);
}

}  // namespace watertight::launch
