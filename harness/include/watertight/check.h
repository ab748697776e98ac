// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <cstdint>
#include <string>
#include <vector>

namespace watertight {

/// A look at a run under way, for live progress.
struct Progress {
  struct Resource {
    std::string id;
    std::string state;  ///< `measuring`, `suspect`, or the verdict's word.
    double now = 0;
    double per_operation = 0;  ///< Rate of the last octave.
    std::string unit;
  };
  /// `launching`, `calibrating`, `stressing`, `stopping`, or the ids of the checks that are
  /// rehearsed now: `lock.held, signals.map`.
  std::string phase;
  std::uint64_t round = 0;
  std::uint64_t operations = 0;
  std::uint64_t failed_operations = 0;
  double operations_per_second = 0;
  /// Of the growth run at most, for a verdict may end it earlier; of the rehearsals about.
  double seconds_left = 0;
  std::uint64_t checks = 0, checks_done = 0;  ///< Rehearsals of the run, and those that are over.
  std::vector<Resource> resources;
};

/// Told about the run while it goes on. Called on the thread that called `check`.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_progress(const Progress&) {}
  /// Asked between rounds; a signal number ends the run and is reported as `interrupted_by`.
  virtual int interrupted() { return 0; }
};

/// Launches the daemon, stresses it, judges it, stops it, and says what was found.
///
/// A bad daemon, and one that cannot be started, is a value in the report. Whatever happens, no
/// process and no file of the run is left behind.
/// Throws ScenarioError before anything is started, where the scenario is wrong.
Report check(const Scenario& scenario, Observer* observer = nullptr);

/// Name and version, for example `watertight 0.1.0`.
std::string version();

}  // namespace watertight
