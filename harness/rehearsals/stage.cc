// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/stage.h"

#include "posix/clock.h"
#include "stress/quiescence.h"

#include <fmt/format.h>

#include <utility>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStartIsOver = 250ms, kMostForQuiet = 2s, kMostToComeTrue = 2s,
                   kBetweenLooks = 5ms;

CheckResult result_of(Verdict verdict, std::string summary,
                      std::vector<std::string> evidence = {}) {
  CheckResult result;
  result.verdict = verdict;
  result.summary = std::move(summary);
  result.evidence = std::move(evidence);
  return result;
}

}  // namespace

CheckResult passed(std::string summary) { return result_of(Verdict::kPass, std::move(summary)); }

CheckResult failed(std::string summary, std::vector<std::string> evidence) {
  return result_of(Verdict::kFail, std::move(summary), std::move(evidence));
}

CheckResult failed(std::string summary, const HangEvidence& evidence) {
  CheckResult result = failed(std::move(summary), evidence.lines);
  result.stacks = evidence.stacks;
  return result;
}

CheckResult inconclusive(std::string summary, std::vector<std::string> evidence) {
  return result_of(Verdict::kInconclusive, std::move(summary), std::move(evidence));
}

CheckResult inconclusive(std::string summary, const HangEvidence& evidence) {
  CheckResult result = inconclusive(std::move(summary), evidence.lines);
  result.stacks = evidence.stacks;
  return result;
}

CheckResult not_applicable(std::string summary) {
  return result_of(Verdict::kNotApplicable, std::move(summary));
}

bool wait_until_quiet(const launch::Daemon& daemon, Duration most) {
  return stress::wait_until_quiet([&daemon] { return daemon.processes(); }, most);
}

void let_rest(const launch::Daemon& daemon) {
  posix::pause_for(kStartIsOver);
  wait_until_quiet(daemon, kMostForQuiet);
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string text_of(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 0.1) return fmt::format("{:.1f} ms", 1e3 * seconds);
  return fmt::format("{:.2f} s", seconds);
}

launch::Site* Stage::site() {
  if (!site_ && !failure_) {
    auto prepared = launch::Site::prepare(wanted_, interrupted_);
    if (auto* failure = std::get_if<launch::LaunchFailure>(&prepared)) {
      failure_ = std::move(*failure);
    } else {
      site_ = std::move(std::get<launch::Site>(prepared));
    }
  }
  return site_ ? &*site_ : nullptr;
}

std::optional<launch::Daemon> Stage::start(const launch::Site::Start& how) {
  launch::Site* const place = site();
  if (!place || is_interrupted()) return std::nullopt;
  hang_ = {};
  launch::Site::Start watched = how;
  watched.before_giving_up = [this](std::span<const pid_t> processes) {
    hang_ = stacks_of(processes);
  };
  auto started = place->start(watched);
  if (auto* failure = std::get_if<launch::LaunchFailure>(&started)) {
    failure_ = std::move(*failure);
    return std::nullopt;
  }
  return std::move(std::get<launch::Daemon>(started));
}

bool Stage::comes_true(const std::function<bool()>& is_true) const {
  const posix::Deadline deadline(kMostToComeTrue);
  while (!is_true()) {
    if (deadline.has_passed() || is_interrupted()) return false;
    posix::pause_for(kBetweenLooks);
  }
  return true;
}

CheckResult Stage::trouble() const {
  if (is_interrupted()) return inconclusive("interrupted before there was a result");
  HangEvidence evidence = hang_;
  evidence.lines.insert(evidence.lines.begin(), failure_->log_tail.begin(),
                        failure_->log_tail.end());
  return inconclusive("a fresh instance did not start: " + failure_->message, evidence);
}

}  // namespace watertight::rehearsals
