// SPDX-License-Identifier: Apache-2.0
#include "launch/auto_ready.h"

#include "launch/tree_sockets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace watertight::launch {
namespace {

using std::chrono::milliseconds;

constexpr Duration kTimeBetweenLooks = milliseconds(10);
constexpr Duration kQuietAfterListening = milliseconds(30);
constexpr Duration kLongestWaitAfterListening = milliseconds(1000);
constexpr Duration kQuietAlone = milliseconds(250);
constexpr Duration kLongestWaitAlone = milliseconds(1000);
/// A daemon that still starts, on a busy machine or under Valgrind, waits for the CPU: a SIGHUP for
/// which it is not ready would end it.
constexpr Duration kLongestWaitForSleep = milliseconds(5000);

}  // namespace

AutoReady::AutoReady(std::vector<Endpoint> endpoints, const std::vector<proc::SocketFact>& before)
    : endpoints_(std::move(endpoints)) {
  for (const proc::SocketFact& socket : before) before_.insert(socket.inode);
}

bool AutoReady::is_shown(const Glance& glance) {
  if (!endpoints_.empty()) return serves_endpoints(glance);
  if (glance.since_launch < next_look_) return false;
  next_look_ = glance.since_launch + kTimeBetweenLooks;

  if (!listening_since_ && !new_listeners(glance).empty()) listening_since_ = glance.since_launch;
  const bool has_settled = is_quiet(glance);
  const Duration unchanged = has_settled ? glance.since_launch - unchanged_since_ : Duration{};
  if (listening_since_) {
    return unchanged >= kQuietAfterListening ||
           glance.since_launch - *listening_since_ >= kLongestWaitAfterListening;
  }
  return unchanged >= kQuietAlone || (sleeps_ && glance.since_launch >= kLongestWaitAlone) ||
         glance.since_launch >= kLongestWaitForSleep;
}

std::vector<proc::SocketFact> AutoReady::new_listeners(const Glance& glance) const {
  std::vector<proc::SocketFact> fresh = proc::listeners();
  std::erase_if(fresh, [&](const auto& socket) { return before_.contains(socket.inode); });
  return fresh.empty() ? fresh : held_by(glance.processes(), fresh);
}

bool AutoReady::serves_endpoints(const Glance& glance) const {
  const std::vector<proc::SocketFact> listeners = new_listeners(glance);
  return std::ranges::all_of(endpoints_, [&](const Endpoint& endpoint) {
    return std::ranges::any_of(listeners,
                               [&](const auto& socket) { return endpoint.reaches(socket); });
  });
}

/// Every thread in state S, and no context switch since the last look.
bool AutoReady::is_quiet(const Glance& glance) {
  Activity activity;
  sleeps_ = true;
  for (const pid_t pid : glance.processes()) {
    const auto threads = proc::read_thread_activity(pid);
    if (!threads) continue;
    sleeps_ = sleeps_ && std::ranges::all_of(*threads, [](const proc::ThreadActivity& thread) {
                return thread.state == 'S' || thread.state == 'Z';
              });
    activity.emplace(pid, *threads);
  }
  const bool is_unchanged = sleeps_ && activity == last_activity_;
  last_activity_ = std::move(activity);
  if (!is_unchanged) unchanged_since_ = glance.since_launch;
  return is_unchanged;
}

std::string AutoReady::describe() const {
  if (endpoints_.empty()) return "a new listening socket, or quiet";
  std::vector<std::string> places;
  for (const Endpoint& endpoint : endpoints_) places.push_back(endpoint.describe());
  return fmt::format("the daemon to listen at {}, where the stress is to talk to it",
                     fmt::join(places, " and "));
}

}  // namespace watertight::launch
