// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/streams.h"

#include "launch/endpoint.h"
#include "launch/tree_sockets.h"
#include "rehearsals/client.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <array>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using Family = proc::SocketFact::Family;

constexpr auto kMostForQuiet = 300ms;
constexpr auto kMostForAnswer = 500ms;
constexpr auto kBetweenLooks = 2ms;

std::vector<posix::SocketAddress> addresses_of(const launch::Endpoint& endpoint) {
  if (endpoint.family != Family::kUnix)
    return posix::SocketAddress::resolve(endpoint.host, endpoint.port);
  const auto path = posix::SocketAddress::of_path(endpoint.path);
  return path ? std::vector{*path} : std::vector<posix::SocketAddress>{};
}

std::vector<std::string> requests_of(const Stress& stress, const launch::Endpoint& endpoint) {
  if (stress.kind != Stress::Kind::kHttp) return stress.send;
  return {fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", endpoint.request, endpoint.host)};
}

std::optional<posix::UniqueFd> connect(const Stream& stream) {
  posix::UniqueFd socket = posix::open_socket(stream.address.family(), SOCK_STREAM);
  const int error = posix::connect_to(socket, stream.address);
  if (error != 0 && error != EINPROGRESS) return std::nullopt;
  return socket;
}

/// What a client reads next: some bytes, the end, or nothing yet.
enum class Heard { kBytes, kEnd, kNothing };

Heard listen_to(const posix::UniqueFd& socket) {
  std::array<char, 4096> buffer{};
  const posix::Transfer got = posix::receive_some(socket, buffer.data(), buffer.size());
  if (got.bytes > 0) return Heard::kBytes;
  return got.would_block() || got.error == ENOTCONN ? Heard::kNothing : Heard::kEnd;
}

/// True where the client has been answered and is still connected.
bool ask_once(const posix::UniqueFd& socket, const Stream& stream) {
  bool has_sent = false;
  for (const posix::Deadline deadline(kMostForAnswer); !deadline.has_passed();
       posix::pause_for(kBetweenLooks)) {
    if (!has_sent) has_sent = posix::send_some(socket, stream.requests.front()).bytes > 0;
    const Heard heard = listen_to(socket);
    if (heard == Heard::kBytes) return listen_to(socket) != Heard::kEnd;
    if (heard == Heard::kEnd) return false;
  }
  return false;
}

}  // namespace

std::vector<Stream> spoken_streams(const Scenario& scenario) {
  std::vector<Stream> streams;
  for (const Stress& stress : answered(scenario.stress)) {
    const auto endpoint = launch::endpoint_of(stress);
    if (!endpoint || endpoint->is_encrypted || endpoint->family == Family::kUdp) continue;
    const auto addresses = addresses_of(*endpoint);
    const auto requests = requests_of(stress, *endpoint);
    if (!addresses.empty() && !requests.empty())
      streams.push_back({endpoint->describe(), addresses.front(), requests});
  }
  return streams;
}

std::vector<Stream> listening_streams(const launch::Daemon& daemon) {
  std::vector<Stream> streams;
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes())) {
    if (socket.family == Family::kUdp) continue;
    launch::Endpoint endpoint;
    endpoint.family = socket.family;
    (socket.family == Family::kUnix ? endpoint.path : endpoint.host) = socket.address;
    endpoint.port = socket.port;
    const auto addresses = addresses_of(endpoint);
    if (!addresses.empty()) streams.push_back({launch::describe(socket), addresses.front(), {}});
  }
  return streams;
}

HeldClients::HeldClients(const launch::Daemon& daemon, std::size_t silent) {
  for (const Stream& stream : spoken_streams(daemon.scenario())) {
    for (std::size_t i = 0; i < silent; ++i) {
      auto socket = connect(stream);
      if (socket && ask_once(*socket, stream)) sockets_.push_back(std::move(*socket));
    }
  }
  for (const Stream& stream : listening_streams(daemon)) {
    for (std::size_t i = 0; i < silent; ++i)
      if (auto socket = connect(stream)) sockets_.push_back(std::move(*socket));
  }
  wait_until_quiet(daemon, kMostForQuiet);
}

std::size_t HeldClients::count() {
  std::erase_if(sockets_, [](const posix::UniqueFd& socket) {
    Heard heard = listen_to(socket);
    while (heard == Heard::kBytes) heard = listen_to(socket);
    return heard == Heard::kEnd;
  });
  return sockets_.size();
}

bool serves_new_clients(launch::Daemon& daemon) {
  stress::Workload question(daemon, answered(daemon.scenario().stress));
  const stress::Tally tally = question.next_round(1, std::nullopt, {});
  return tally.attempted > tally.failed;
}

}  // namespace watertight::rehearsals
