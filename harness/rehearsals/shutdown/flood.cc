// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/flood.h"

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kClients = 12;
constexpr std::size_t kTextSize = 32768;
constexpr int kMostSendsALook = 32;
constexpr int kMostReadsALook = 8;
constexpr std::uint64_t kLooksThatTell = 10;
constexpr auto kBetweenLooks = 200us;

std::string many(const std::vector<std::string>& requests) {
  std::string text;
  while (text.size() < kTextSize)
    for (const std::string& request : requests) text += request;
  return text;
}

}  // namespace

Flood::Flood(std::vector<Stream> streams) : streams_(std::move(streams)) {
  for (const Stream& stream : streams_) texts_.push_back(many(stream.requests));
  for (std::size_t i = 0; i < kClients; ++i) clients_.push_back({.stream = i % streams_.size()});
  thread_ = std::thread([this] { flow(); });
}

Flood::~Flood() {
  is_over_ = true;
  thread_.join();
}

void Flood::flow() {
  while (!is_over_) {
    bool is_high = false;
    for (Client& client : clients_) {
      if (!client.socket) dial(client);
      take_answers(client);
      // Who waits to be accepted, or was turned away, leaves no gap either.
      is_high = is_high || client.is_blocked || client.is_waiting || !client.socket;
      ask(client);
    }
    // The first look finds nothing asked yet.
    if (is_high) {
      ++high_looks_;
    } else if (high_looks_ > 0) {
      ++gaps_;
    }
    posix::pause_for(kBetweenLooks);
  }
}

void Flood::dial(Client& client) {
  const posix::SocketAddress& address = streams_[client.stream].address;
  client = {.stream = client.stream, .socket = posix::open_socket(address.family(), SOCK_STREAM)};
  posix::reset_on_close(client.socket);  // No TIME_WAIT is left of all of them.
  const int error = posix::connect_to(client.socket, address);
  if (error != 0 && error != EINPROGRESS) client.socket.reset();
}

void Flood::take_answers(Client& client) {
  for (int i = 0; i < kMostReadsALook && client.socket; ++i) {
    const posix::Transfer got = posix::receive_some(client.socket, buffer_.data(), buffer_.size());
    if (got.would_block() || got.error == ENOTCONN) return;
    client.is_waiting = false;
    if (got.bytes == 0) client.socket.reset();  // Hung up on, or refused.
  }
}

void Flood::ask(Client& client) {
  const std::string& text = texts_[client.stream];
  client.is_blocked = false;
  for (int i = 0; i < kMostSendsALook && client.socket; ++i) {
    const posix::Transfer sent =
        posix::send_some(client.socket, std::string_view(text).substr(client.offset));
    client.is_blocked = sent.would_block();
    if (sent.error != 0) return;  // What is wrong, receiving tells.
    client.offset = (client.offset + sent.bytes) % text.size();
    client.is_waiting = true;
    bytes_ += sent.bytes;
  }
}

bool Flood::wait_until_high(const posix::Deadline& deadline) const {
  const std::uint64_t enough = high_looks_ + kLooksThatTell;
  while (high_looks_ < enough) {
    if (deadline.has_passed()) return false;
    posix::pause_for(kBetweenLooks);
  }
  return true;
}

}  // namespace watertight::rehearsals
