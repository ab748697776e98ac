// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/records.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"

#include <fmt/format.h>

#include <csignal>
#include <random>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLeastRecords = 20;
constexpr auto kMostToBegin = 10s;
constexpr Duration kMostWork = 100ms;
constexpr int kKills = 8, kQuickKills = 3;

/// How an instance that stores records is brought down.
enum class End { kTerm, kKill, kKillWhileEnding };

std::string describe(End end, Duration after) {
  switch (end) {
    case End::kTerm:
      return "SIGTERM";
    case End::kKill:
      return "SIGKILL";
    case End::kKillWhileEnding:
      return fmt::format("SIGKILL {} after SIGTERM", text_of(after));
  }
  return "";
}

/// One life of it in the same `{state}` as those before, and what became of its records.
class Rounds {
 public:
  Rounds(const Scenario& scenario, const Interrupted& interrupted)
      : stage_(scenario, interrupted), interrupted_(interrupted) {}

  /// What is wrong; empty where everything that was ever acknowledged is there.
  std::optional<CheckResult> play(End end, Duration phase) {
    auto daemon = stage_.start();
    if (!daemon) return stage_.trouble();
    Writer writer(*daemon, ++count_);
    if (!writer.wait_until_acknowledged(kLeastRecords, posix::Deadline(kMostToBegin)))
      return inconclusive("`write` does not get to work: " + writer.complaints());
    daemon->main().wait_until_ended(posix::Deadline(phase));
    std::optional<CheckResult> trouble = bring_down(*daemon, end, phase);
    writer.end();
    if (trouble) return trouble;
    acknowledged_.merge(writer.acknowledged());
    return look(describe(end, phase));
  }

  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  std::optional<CheckResult> bring_down(launch::Daemon& daemon, End end, Duration phase) {
    if (end == End::kTerm) {
      const Stop stop =
          stop_daemon(daemon, {.window = daemon.scenario().window.length}, interrupted_);
      if (stage_.is_interrupted()) return stage_.trouble();
      if (!stop.main_in_window)
        return inconclusive("it did not end in the window; see shutdown.busy", stop.evidence);
      return std::nullopt;
    }
    if (end == End::kKillWhileEnding) {
      daemon.main().signal(SIGTERM);
      daemon.main().wait_until_ended(posix::Deadline(phase));
    }
    daemon.kill_all();
    return std::nullopt;
  }

  std::optional<CheckResult> look(const std::string& end) {
    auto again = stage_.site()->start();
    if (stage_.is_interrupted()) return stage_.trouble();
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&again)) {
      return failed(fmt::format("after {} it does not start again: {}", end, failure->message),
                    failure->log_tail);
    }
    launch::Daemon& daemon = std::get<launch::Daemon>(again);
    const auto found = read_records(daemon, count_, interrupted_);
    if (stage_.is_interrupted()) return stage_.trouble();
    if (const auto* trouble = std::get_if<std::string>(&found))
      return failed(fmt::format("after {} its store is broken: {}", end, *trouble),
                    log_evidence(daemon));
    const std::string loss = describe_loss(acknowledged_, std::get<Records>(found));
    if (loss.empty()) return std::nullopt;
    return failed(fmt::format("{} cost it {}", end, loss), log_evidence(daemon));
  }

  Stage stage_;
  const Interrupted& interrupted_;
  int count_ = 0;
  Records acknowledged_;
};

constexpr const char* kNoHook =
    "needs --write and --verify: commands that store records, and list them";

}  // namespace

CheckResult shutdown_durable_term(const Scenario& scenario, const Interrupted& interrupted) {
  if (scenario.write.empty()) return not_applicable(kNoHook);
  Rounds rounds(scenario, interrupted);
  if (auto fault = rounds.play(End::kTerm, kMostWork)) return *fault;
  return passed(
      fmt::format("all of {} acknowledged records are there after SIGTERM and a new "
                  "start; would have caught the loss of one",
                  rounds.acknowledged()));
}

CheckResult shutdown_durable_kill(const Scenario& scenario, const Interrupted& interrupted) {
  if (scenario.write.empty()) return not_applicable(kNoHook);
  Rounds rounds(scenario, interrupted);
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<Duration::rep> phases(0, kMostWork.count());
  const int kills = scenario.is_quick ? kQuickKills : kKills;
  for (int kill = 0; kill < kills; ++kill) {
    const bool is_ending = kill % 4 == 1;
    const Duration phase(is_ending ? phases(random) / 32 : phases(random));
    if (auto fault = rounds.play(is_ending ? End::kKillWhileEnding : End::kKill, phase))
      return *fault;
  }
  return passed(
      fmt::format("all of {} acknowledged records are there after {} SIGKILLs; would "
                  "have caught the loss of one, or a store that does not open",
                  rounds.acknowledged(), kills));
}

}  // namespace watertight::rehearsals
