// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/site.h"
#include "rehearsals/check.h"
#include "rehearsals/evidence.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::rehearsals {

CheckResult passed(std::string summary);
CheckResult failed(std::string summary, std::vector<std::string> evidence = {});
CheckResult failed(std::string summary, const HangEvidence& evidence);
CheckResult inconclusive(std::string summary, std::vector<std::string> evidence = {});
CheckResult inconclusive(std::string summary, const HangEvidence& evidence);
CheckResult not_applicable(std::string summary);

/// "1 process", "3 processes"
std::string count_of(std::size_t count, std::string_view one, std::string_view many);

/// "3.1 ms", "0.21 s"
std::string text_of(Duration duration);

/// Until all processes of an instance are quiet (stress/quiescence.h); false where they are not
/// before `most` has passed.
bool wait_until_quiet(const launch::Daemon& daemon, Duration most);

/// Lets an instance come to rest. Ready is not done: cron writes its PID file first, and the mark
/// of a reboot after it.
void let_rest(const launch::Daemon& daemon);

/// Where a rehearsal plays: a site of its own, made when the first instance starts. An instance
/// that does not start is not what the rehearsal is about, and makes it inconclusive:
///
///     Stage stage(scenario, interrupted);
///     auto daemon = stage.start();
///     if (!daemon) return stage.trouble();
class Stage {
 public:
  Stage(const Scenario& scenario, const Interrupted& interrupted)
      : wanted_(scenario), interrupted_(interrupted) {}

  /// Empty where it did not start, or somebody interrupted.
  std::optional<launch::Daemon> start(const launch::Site::Start& how = {});

  /// The site without an instance; null where setup failed.
  launch::Site* site();

  /// Looks until `is_true` says yes, for 2 s at most: what a daemon does on its way into the
  /// background goes on when who started it has ended, and takes its time on a busy machine.
  bool comes_true(const std::function<bool()>& is_true) const;

  /// What start() or site() ran into; inconclusive.
  CheckResult trouble() const;

  bool is_interrupted() const { return interrupted_ && interrupted_() != 0; }

 private:
  const Scenario& wanted_;
  const Interrupted& interrupted_;
  std::optional<launch::Site> site_;
  std::optional<launch::LaunchFailure> failure_;
  HangEvidence hang_;  ///< Of the last instance, where it was not ready in time.
};

}  // namespace watertight::rehearsals
