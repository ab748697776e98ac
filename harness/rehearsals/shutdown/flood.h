// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "rehearsals/streams.h"

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace watertight::rehearsals {

/// Clients who ask faster than the daemon can answer, on a thread of their own: whenever it looks,
/// some descriptor of it is readable. They take all answers, and come again when they are hung up
/// on.
class Flood {
 public:
  /// At least one stream, each with something to say.
  explicit Flood(std::vector<Stream> streams);
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;
  ~Flood();

  /// Waits until the daemon has more input than it takes, and has had for a while; false at the
  /// deadline.
  bool wait_until_high(const posix::Deadline& deadline) const;

  /// Looks at which everything may have been answered: the daemon had a moment without input.
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t bytes() const { return bytes_; }  ///< Sent.

 private:
  struct Client {
    std::size_t stream = 0;
    posix::UniqueFd socket{};
    std::size_t offset = 0;   ///< Into the text of its stream.
    bool is_waiting = false;  ///< It has said something that was not answered.
    bool is_blocked = false;  ///< The daemon has all that its buffers take.
  };

  void flow();
  void dial(Client& client);
  void take_answers(Client& client);
  void ask(Client& client);

  const std::vector<Stream> streams_;
  std::vector<std::string> texts_;  ///< Requests of each stream, many.
  std::vector<Client> clients_;
  std::array<char, 65536> buffer_{};
  std::atomic<bool> is_over_ = false;
  std::atomic<std::uint64_t> gaps_ = 0, high_looks_ = 0, bytes_ = 0;
  std::thread thread_;
};

}  // namespace watertight::rehearsals
