// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/parting.h"
#include "rehearsals/stage.h"
#include "rehearsals/streams.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr int kLeastBuffer = 2048;  ///< The kernel takes no less.
constexpr std::size_t kTextSize = 16384;
/// More answers than any socket takes, even those that are a tenth of their request.
constexpr std::size_t kMostSent = 64u << 20;
constexpr auto kMostForAll = 2s;
constexpr auto kStandstill = 150ms;
constexpr auto kBetweenLooks = 1ms;

/// A client who asks for much and reads nothing.
class StuckReader {
 public:
  explicit StuckReader(const Stream& stream)
      : socket_(posix::open_socket(stream.address.family(), SOCK_STREAM)) {
    while (text_.size() < kTextSize)
      for (const std::string& request : stream.requests) text_ += request;
    posix::limit_receive_buffer(socket_, kLeastBuffer);
    const int error = posix::connect_to(socket_, stream.address);
    is_refused_ = error != 0 && error != EINPROGRESS;
  }

  /// Asks until the daemon takes no more, or has taken all that would do.
  void ask(const Stage& stage) {
    const posix::Deadline deadline(kMostForAll);
    posix::Deadline standstill(kStandstill);
    while (!is_refused_ && !deadline.has_passed() && !stage.is_interrupted()) {
      const posix::Transfer sent =
          posix::send_some(socket_, std::string_view(text_).substr(sent_ % text_.size()));
      sent_ += sent.bytes;
      if (sent.bytes > 0) standstill = posix::Deadline(kStandstill);
      is_refused_ = sent.error != 0 && !sent.would_block() && sent.error != ENOTCONN;
      is_stuck_ = sent.would_block() && standstill.has_passed();
      if (is_stuck_ || sent_ >= kMostSent) return;
      if (sent.bytes == 0) posix::pause_for(kBetweenLooks);
    }
  }

  bool is_refused() const { return is_refused_; }  ///< The daemon hung up.
  bool is_stuck() const { return is_stuck_; }
  std::size_t sent() const { return sent_; }
  void leave() { socket_.reset(); }
  bool is_connected() const { return socket_ && !is_refused_; }

 private:
  posix::UniqueFd socket_;
  std::string text_;
  std::size_t sent_ = 0;
  bool is_refused_ = false, is_stuck_ = false;
};

}  // namespace

CheckResult shutdown_stuck_reader(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  std::vector<StuckReader> readers;
  for (const Stream& stream : spoken_streams(daemon->scenario())) readers.emplace_back(stream);
  if (readers.empty())
    return not_applicable("needs a --stress of a stream: tcp, unix or http, with text to send");
  std::size_t stuck = 0, sent = 0;
  for (StuckReader& reader : readers) {
    reader.ask(stage);
    stuck += reader.is_stuck();
    sent += reader.sent();
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return inconclusive("it ended before SIGTERM");
  if (std::ranges::all_of(readers, &StuckReader::is_refused)) {
    return not_applicable(
        "it hangs up on a client that does not read, or after an answer that its socket takes");
  }
  const auto connected = [&readers] {
    return static_cast<std::size_t>(std::ranges::count_if(readers, &StuckReader::is_connected));
  };
  CheckResult result =
      part_from(*daemon,
                {.name = "with a client that does not read its answers",
                 .count = connected,
                 .leave = [&readers] { std::ranges::for_each(readers, &StuckReader::leave); }},
                interrupted);
  result.evidence.push_back(
      fmt::format("{} bytes of requests sent, no answer read; the daemon {}", sent,
                  stuck > 0 ? "takes no more of them" : "goes on taking them"));
  return result;
}

}  // namespace watertight::rehearsals
