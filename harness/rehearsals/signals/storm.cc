// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/dispositions.h"
#include "rehearsals/signals/handler_watch.h"
#include "rehearsals/signals/harmless.h"
#include "rehearsals/signals/state_checks.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <random>
#include <thread>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStorm = 3s, kQuickStorm = 1s;
constexpr auto kMostForQuiet = 500ms;
/// SIGUSR1 and SIGUSR2 mean a stop to some (haproxy, memcached), which takes a while.
constexpr Duration kTrial = 100ms, kLongTrial = 1500ms;
constexpr auto kMostToRecover = 10s;
constexpr int kMostBetween = 200;  ///< Microseconds.
constexpr std::uint64_t kPortion = 16;

/// Sends signals at random moments, on a thread of its own, for as long as it lives.
class Storm {
 public:
  Storm(const posix::ProcessHandle& process, std::vector<int> signals)
      : thread_([this, &process, signals = std::move(signals)](const std::stop_token& stop) {
          std::minstd_rand random(1);
          std::uniform_int_distribution<std::size_t> which(0, signals.size() - 1);
          std::uniform_int_distribution<int> pause(0, kMostBetween);
          while (!stop.stop_requested() && process.signal(signals[which(random)])) {
            ++sent_;
            posix::pause_for(std::chrono::microseconds(pause(random)));
          }
        }) {}

  std::uint64_t sent() const { return sent_; }

 private:
  std::atomic<std::uint64_t> sent_ = 0;
  std::jthread thread_;  ///< Last, so that it ends first.
};

/// An instance and the signals that it lives through, one at a time.
struct Tried {
  std::optional<launch::Daemon> daemon;  ///< Empty: `trouble` says why.
  std::optional<HandlerWatch> watch;     ///< Since it was well.
  std::vector<int> signals;
  std::uint64_t ending = 0;  ///< Signals that it takes for a stop.
  CheckResult trouble;
};

Tried try_one_by_one(Stage& stage) {
  Tried tried;
  const auto start = [&] {
    tried.daemon.reset();  // sshd goes on as another process after SIGHUP.
    tried.daemon = stage.start();
    if (!tried.daemon) tried.trouble = stage.trouble();
    if (!tried.daemon) return false;
    wait_until_quiet(*tried.daemon, kMostForQuiet);
    tried.watch.emplace(*tried.daemon);
    return true;
  };
  if (!start()) return tried;
  for (const int number : harmless_signals_of(*tried.daemon)) {
    const bool may_mean_stop = number == SIGUSR1 || number == SIGUSR2;
    tried.daemon->main().signal(number);
    if (!tried.daemon->main().wait_until_ended(
            posix::Deadline(may_mean_stop ? kLongTrial : kTrial))) {
      tried.signals.push_back(number);
      continue;
    }
    const auto status = tried.daemon->exit_status();
    if (status && status->is_crash()) {
      tried.trouble =
          failed(fmt::format("{} on one SIG{}", status->describe(), sigabbrev_np(number)),
                 log_evidence(*tried.daemon));
      tried.daemon.reset();
      return tried;
    }
    tried.ending |= bit_of(number);
    if (!start()) return tried;
  }
  return tried;
}

/// Each signal alone, then all of them together, with clients at work where there are any.
std::uint64_t rage(launch::Daemon& daemon, const std::vector<int>& signals, Duration time,
                   const Interrupted& interrupted) {
  std::vector<std::vector<int>> acts;
  for (const int number : signals) acts.push_back({number});
  if (signals.size() > 1) acts.push_back(signals);
  stress::Workload work(daemon, answered(daemon.scenario().stress));
  const bool has_work = !answered(daemon.scenario().stress).empty();
  std::uint64_t sent = 0;
  for (const std::vector<int>& act : acts) {
    const posix::Deadline deadline(time / acts.size());
    const Storm storm(daemon.main(), act);
    const auto is_over = [&] {
      return deadline.has_passed() || !daemon.is_alive() || (interrupted && interrupted() != 0);
    };
    while (!is_over()) {
      if (has_work)
        work.next_round(kPortion, std::nullopt, is_over);
      else
        daemon.main().wait_until_ended(posix::Deadline(20ms));
    }
    sent += storm.sent();
  }
  return sent;
}

}  // namespace

CheckResult signals_storm(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  Tried tried = try_one_by_one(stage);
  if (!tried.daemon) return tried.trouble;
  launch::Daemon& daemon = *tried.daemon;
  if (tried.signals.empty())
    return not_applicable("it has no handler for a signal that may be sent at will");
  Client client(daemon);
  std::uint64_t names = 0;
  for (const int number : tried.signals) names |= bit_of(number);
  const std::uint64_t sent =
      rage(daemon, tried.signals, depth(scenario, kQuickStorm, kStorm), interrupted);
  const std::string storm =
      fmt::format("{} signals at random moments ({})", sent, names_of_signals(names));
  if (stage.is_interrupted()) return stage.trouble();
  wait_until_quiet(daemon, kMostToRecover);
  if (!daemon.is_alive()) {
    const auto status = daemon.exit_status();
    return failed(fmt::format("{} in a storm of {}", status ? status->describe() : "ended", storm),
                  log_evidence(daemon));
  }
  if (auto stuck = tried.watch->find_stuck(daemon); !stuck.empty()) {
    HangEvidence evidence = describe_hang(daemon);
    evidence.lines.insert(evidence.lines.begin(), stuck.begin(), stuck.end());
    return failed(fmt::format("hangs in a handler after {}", storm), evidence);
  }
  if (const auto complaint = client.complaint(interrupted, kMostToRecover))
    return failed(fmt::format("after {} {}", storm, *complaint), describe_hang(daemon));
  if (stage.is_interrupted()) return stage.trouble();
  CheckResult result = passed(
      fmt::format("lives through {}; would have caught a crash, a hang or a silence", storm));
  if (tried.ending != 0)
    result.evidence = {
        fmt::format("not sent, for it ends on them: {}", names_of_signals(tried.ending))};
  return result;
}

}  // namespace watertight::rehearsals
