// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/bursts.h"

#include "posix/clock.h"
#include "rehearsals/client.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kBursts = 5;
constexpr std::uint64_t kPolite = 64, kHolding = 16;
constexpr auto kMostForBurst = 1s;
constexpr auto kMostForQuiet = 100ms;

std::vector<Stress> holding(std::vector<Stress> stress) {
  std::erase_if(stress, [](const Stress& one) {
    return one.kind != Stress::Kind::kTcp && one.kind != Stress::Kind::kUnix;
  });
  for (Stress& one : stress) one.manners = {Manner::kHold};
  return stress;
}

std::vector<Stress> polite(std::vector<Stress> stress) {
  for (Stress& one : stress) one.manners = {Manner::kPolite};
  return stress;
}

/// Operations that were answered. All clients have gone when it returns.
std::uint64_t let_one_come(launch::Daemon& daemon, const Interrupted& interrupted) {
  const auto stress = answered(daemon.scenario().stress);
  const posix::Deadline deadline(kMostForBurst);
  const auto is_over = [&] { return deadline.has_passed() || (interrupted && interrupted()); };
  stress::Tally tally;
  const auto held = holding(stress);
  stress::Workload holders(daemon, held), others(daemon, polite(stress));
  if (!held.empty()) tally += holders.next_round(kHolding, std::nullopt, is_over);
  tally += others.next_round(kPolite, std::nullopt, is_over);
  return tally.attempted - tally.failed;
}

double value_of(const Counts& counts, const std::string& what) {
  const auto found = counts.find(what);
  return found == counts.end() ? 0 : found->second;
}

/// What there is more of than before.
std::vector<std::string> grown(const Counts& before, const Counts& now,
                               const std::vector<std::string>& among) {
  std::vector<std::string> names;
  for (const std::string& what : among)
    if (value_of(now, what) > value_of(before, what)) names.push_back(what);
  return names;
}

std::vector<std::string> names_of(const Counts& one, const Counts& other) {
  std::vector<std::string> names;
  for (const auto& [what, count] : one) names.push_back(what);
  for (const auto& [what, count] : other)
    if (!one.contains(what)) names.push_back(what);
  return names;
}

}  // namespace

std::string Bursts::describe() const {
  std::vector<std::string> texts;
  for (const Kept& one : kept)
    texts.push_back(fmt::format("{} {} after {} bursts of clients ({} after the first)", one.after,
                                one.what, bursts, one.before));
  return fmt::format("{}", fmt::join(texts, ", "));
}

Bursts let_bursts_come(launch::Daemon& daemon, const std::function<Counts()>& count,
                       Duration patience, const Interrupted& interrupted) {
  const auto is_over = [&] { return (interrupted && interrupted()) || !daemon.is_alive(); };
  Bursts result;
  result.operations = let_one_come(daemon, interrupted);
  wait_until_quiet(daemon, kMostForQuiet);
  const Counts first = count();
  Counts before = first, now = first;
  std::optional<std::vector<std::string>> suspects;
  while (result.bursts < kBursts && !is_over() && (!suspects || !suspects->empty())) {
    result.operations += let_one_come(daemon, interrupted);
    ++result.bursts;
    const posix::Deadline deadline(patience);
    std::vector<std::string> still;
    do {
      wait_until_quiet(daemon, kMostForQuiet);
      now = count();
      still = grown(before, now, suspects.value_or(names_of(before, now)));
    } while (!still.empty() && !deadline.has_passed() && !is_over());
    suspects = still;
    before = now;
  }
  if (is_over() || !suspects) return result;
  for (const std::string& what : *suspects)
    result.kept.push_back({what, value_of(first, what), value_of(now, what)});
  return result;
}

CheckResult judge_bursts(const Bursts& bursts, launch::Daemon& daemon, std::string_view caught) {
  if (!daemon.is_alive()) {
    const auto status = daemon.exit_status();
    return inconclusive(
        fmt::format("a burst of clients: it {}", status ? status->describe() : "ended"),
        log_evidence(daemon));
  }
  if (bursts.operations == 0) return inconclusive("it answers nobody");
  if (!bursts.kept.empty())
    return failed("does not come down again: " + bursts.describe(), describe_instance(daemon));
  return passed(
      fmt::format("after {} from clients who came at once and have gone it holds what it "
                  "held before; would have caught {}",
                  count_of(bursts.operations, "answer", "answers"), caught));
}

}  // namespace watertight::rehearsals
