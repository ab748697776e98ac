// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "posix/clock.h"
#include "stress/driver.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace watertight::stress {

/// What the clients of an http server do.
struct HttpPlan {
  std::string url{};
  bool keep_alive = false;   ///< One connection for many requests; else one each.
  unsigned concurrency = 4;  ///< Requests in flight.
  posix::Clock::duration timeout = std::chrono::seconds(1);  ///< Of one request.
};

/// GET requests through libcurl, past any proxy of the environment; bodies are thrown away. A
/// request has failed where the transfer did, or where the status is 500 or above.
class HttpClient final : public Driver {
 public:
  /// Throws ScenarioError for a URL that libcurl does not take, HarnessError.
  explicit HttpClient(HttpPlan plan);
  ~HttpClient() override;

  std::uint64_t cycle() const override { return 1; }
  Tally perform(std::uint64_t operations, const std::function<int()>& interrupted) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watertight::stress
