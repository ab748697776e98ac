// SPDX-License-Identifier: Apache-2.0
#include "launch/stream_probe.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>

namespace watertight::launch {
namespace {

constexpr auto kAttemptTime = std::chrono::seconds(1);

std::vector<posix::SocketAddress> addresses_of(const Endpoint& endpoint) {
  if (endpoint.family != proc::SocketFact::Family::kUnix) {
    return posix::SocketAddress::resolve(endpoint.host, endpoint.port);
  }
  if (const auto address = posix::SocketAddress::of_path(endpoint.path)) return {*address};
  return {};
}

}  // namespace

StreamProbe::StreamProbe(const Endpoint& endpoint)
    : endpoint_(endpoint), addresses_(addresses_of(endpoint)) {}

void StreamProbe::give_up() {
  socket_.reset();
  is_established_ = false;
}

bool StreamProbe::advance() {
  if (socket_ && attempt_end_.has_passed()) give_up();
  if (is_established_) return true;
  if (!socket_) {
    if (addresses_.empty()) return false;
    connecting_to_ = addresses_[next_address_++ % addresses_.size()];
    socket_ = posix::open_socket(connecting_to_.family(), SOCK_STREAM);
    attempt_end_ = posix::Deadline(kAttemptTime);
    answer_.clear();
    unsent_ = fmt::format("GET {} HTTP/1.0\r\nHost: {}:{}\r\nConnection: close\r\n\r\n",
                          endpoint_.request, endpoint_.host, endpoint_.port);
  }
  const int error = posix::connect_to(socket_, connecting_to_);
  is_established_ = error == 0 || error == EISCONN;
  const bool goes_on = error == EINPROGRESS || error == EALREADY;
  if (!is_established_ && !goes_on) give_up();
  return is_established_;
}

bool StreamProbe::is_connected() {
  if (!advance()) return false;
  give_up();
  return true;
}

std::optional<int> StreamProbe::http_status() {
  if (!advance()) return std::nullopt;
  if (!unsent_.empty()) {
    const posix::Transfer sent = posix::send_some(socket_, unsent_);
    unsent_.erase(0, sent.bytes);
    if (sent.error != 0 && !sent.would_block()) give_up();
    if (!unsent_.empty()) return std::nullopt;
  }
  char buffer[1024];
  const posix::Transfer received = posix::receive_some(socket_, buffer, sizeof buffer);
  answer_.append(buffer, received.bytes);
  const std::optional<int> status = parse_http_status(answer_);
  if (status || (received.bytes == 0 && !received.would_block())) give_up();
  return status;
}

std::optional<int> parse_http_status(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.") || answer.size() < std::string_view("HTTP/1.1 200").size()) {
    return std::nullopt;
  }
  int status = 0;
  const char* digits = answer.data() + std::string_view("HTTP/1.1 ").size();
  const auto [end, error] = std::from_chars(digits, digits + 3, status);
  if (error != std::errc() || end != digits + 3) return std::nullopt;
  return status;
}

}  // namespace watertight::launch
