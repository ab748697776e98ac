// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blame/agent.h"
#include "blame/black_box.h"
#include "judge/growth.h"
#include "launch/daemon.h"
#include "probe/sampler.h"
#include "run/cadence.h"
#include "run/catalogue.h"
#include "run/instruments.h"
#include "run/turns.h"
#include "run/watch.h"
#include "stress/stress.h"

#include <watertight/report.h>
#include <watertight/scenario.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::run {

using posix::Clock;
using probe::Resource;

/// What the budget does not settle gets so many octaves more (--extend).
constexpr unsigned kExtension = 4;

inline double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// A resource with all that was seen of it.
struct Judged {
  Resource resource;
  judge::GrowthJudge judge;
};

/// One growth run of a daemon that is ready, in three phases: calibration finds its pace and the
/// size of a round, rounds of stress are judged as they come, the conclusion says what was found.
class GrowthRun {
 public:
  GrowthRun(launch::Daemon& daemon, const Scenario& scenario, const Selection& selection,
            const Watch& watch, const Instruments& instruments,
            const blame::Suppressions& suppressions, Report& report);

  /// All of it: adds its checks and its series to the report, and why it stopped.
  void run();

 private:
  void calibrate();
  void prepare_judges();
  void round(std::uint64_t operations, std::optional<double> pace, Clock::duration limit);
  void wait_until_quiet();
  void look(probe::Sampler::Depth depth);
  void observe(const probe::Sample& sample);
  std::optional<probe::Fill> fill(Resource resource, const std::optional<double>& value) const;
  std::string reason_to_stop();
  void ask_agent();
  void watch_idle();
  bool has_told_time_from_work(double idle_seconds) const;
  bool is_settled(const Judged& judged) const;
  bool has_failed(const Judged& judged) const;
  bool is_news(const Judged& judged) const;  ///< It has failed, and was not expected to.
  void conclude();
  CheckResult conclude(const Judged& judged, const blame::Inventory& after) const;
  std::map<std::string, blame::Age> ages_of(Resource resource,
                                            const std::vector<Blame>& grown) const;
  void find_why_no_heap();
  bool counts_heap() const;
  bool is_measured(Resource resource) const;
  CheckResult report_unmeasured(Resource resource) const;
  std::vector<std::string> describe_uncounted() const;
  void doubt_heap(CheckResult& result) const;
  std::int64_t self_mapped_bytes() const;
  void narrow_heap();
  void measure_time();
  /// Idle operations are milliseconds, and told as such of the daemon's own time.
  double own_operations() const { return is_idle_ ? warp_factor_ : 1; }
  void record_series();
  void show_progress(std::string_view phase);

  launch::Daemon& daemon_;
  const Scenario& scenario_;
  const Selection& selection_;
  const Watch& watch_;
  const Instruments& instruments_;
  const blame::Suppressions& suppressions_;
  Report& report_;
  stress::Workload workload_;
  probe::Sampler sampler_;
  posix::Deadline budget_;
  std::optional<TurnCounter> turns_;  ///< Under --warp.
  std::optional<double> memory_limit_, thread_limit_;
  bool is_idle_;            ///< The stress only waits.
  double warp_factor_ = 1;  ///< Seconds of the daemon's own time in one of ours.

  std::vector<probe::Sample> samples_;
  std::vector<Judged> judged_;
  blame::Inventory inventory_before_;
  blame::Sightings sightings_;
  std::optional<blame::Agent> agent_;
  std::string why_no_heap_;  ///< Empty where the agent is in the main process.
  std::string why_no_rss_;
  blame::Answer answer_;  ///< The agent's.
  Calibration calibration_;
  Cadence cadence_;
  std::optional<double> pace_;
  Clock::duration round_limit_ = std::chrono::seconds(1);
  Clock::duration quiet_cap_ = std::chrono::milliseconds(50);
  stress::Tally tally_;
  double stress_seconds_ = 0;
  std::uint64_t next_wide_ = 0;
  std::uint64_t rounds_ = 0;
  unsigned busy_in_a_row_ = 0;
  std::optional<Clock::time_point> first_failure_;
  Clock::time_point last_shown_{};
};

}  // namespace watertight::run
