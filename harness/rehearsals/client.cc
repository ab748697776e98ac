// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/client.h"

#include "posix/clock.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

bool is_answered(const Stress& stress) {
  switch (stress.kind) {
    case Stress::Kind::kTcp:
    case Stress::Kind::kUnix:
      return !stress.send.empty() || !stress.expect.empty();
    case Stress::Kind::kUdp:
      return !stress.expect.empty();
    case Stress::Kind::kHttp:
    case Stress::Kind::kExec:
    case Stress::Kind::kCallable:
      return true;
    default:
      return false;
  }
}

std::vector<Stress> polite(std::vector<Stress> stress) {
  for (Stress& one : stress) one.manners = {Manner::kPolite};
  return stress;
}

}  // namespace

std::vector<Stress> answered(const std::vector<Stress>& stress) {
  std::vector<Stress> chosen;
  for (const Stress& one : stress)
    if (is_answered(one)) chosen.push_back(one);
  return chosen;
}

Client::Client(launch::Daemon& daemon)
    : daemon_(daemon),
      questions_(polite(answered(daemon.scenario().stress))),
      workload_(daemon, questions_) {}

std::optional<std::string> Client::complaint(const Interrupted& interrupted, Duration patience) {
  if (questions_.empty()) return std::nullopt;
  const posix::Deadline deadline(patience);
  const auto is_over = [&] { return interrupted ? interrupted() : 0; };
  for (;;) {
    const stress::Tally tally = workload_.next_round(1, std::nullopt, is_over);
    if (is_over() || (tally.attempted > 0 && tally.failed == 0)) return std::nullopt;
    if (!daemon_.is_alive()) return "it has ended";
    if (deadline.has_passed())
      return fmt::format("it does not answer within {}: {}", text_of(patience),
                         tally.first_failure);
    posix::pause_for(10ms);
  }
}

}  // namespace watertight::rehearsals
