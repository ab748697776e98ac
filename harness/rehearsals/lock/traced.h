// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "launch/gate.h"
#include "rehearsals/stage.h"
#include "trace/named_file.h"
#include "trace/tracer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace watertight::rehearsals {

/// An instance whose calls are watched, from its first instruction on or from now on. While nobody
/// watches, it stands still at its next call.
class Traced {
 public:
  /// Starts an instance beside those that run, or the first one; the result says why there is none.
  static std::variant<Traced, CheckResult> start(Stage& stage, const std::string& name);
  /// One that runs.
  static std::variant<Traced, CheckResult> take(launch::Daemon daemon);

  launch::Daemon& daemon() { return *daemon_; }

  /// Lets it run until a thread is where `is_there` says, which then stands there with all others
  /// that come to a call; false where it ended, rests, or the time is over.
  bool run_to(const std::function<bool(const trace::Thread&)>& is_there, Duration most,
              const Interrupted& interrupted);
  /// Where run_to() ended otherwise: nothing of it is left.
  bool has_ended() const { return tracer_->is_empty(); }

  /// Nobody watches any more.
  void let_go() { tracer_->let_go(); }

 private:
  Traced() = default;

  std::unique_ptr<launch::Gate> gate_;
  std::optional<launch::Daemon> daemon_;
  std::unique_ptr<trace::Tracer> tracer_;  // After the daemon: it goes first.
};

/// Whether a thread is about to lock the file, or has just locked it.
bool is_about_to_lock(const trace::Thread& thread, const std::filesystem::path& file);
bool has_locked(const trace::Thread& thread, const std::filesystem::path& file);
/// Whether it is about to take the name away.
bool is_about_to_remove(const trace::Thread& thread, const std::filesystem::path& file);

/// What becomes of an instance beside others.
enum class Settled { kGone, kStays, kWaits, kUndecided };
/// Watches it until nothing of it is left, it has made the PID file its own, or it rests, be it in
/// the wait for a lock.
Settled settle(launch::Daemon& instance, const std::filesystem::path& file, Duration usual_start,
               const Interrupted& interrupted);

}  // namespace watertight::rehearsals
