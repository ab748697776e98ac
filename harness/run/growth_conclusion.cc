// SPDX-License-Identifier: Apache-2.0
#include "run/blame.h"
#include "run/growth_run.h"
#include "run/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <ranges>
#include <set>

namespace watertight::run {
namespace {

/// Things that grew, where each has another name.
constexpr std::size_t kMostBlamed = 20;
constexpr std::size_t kMostTold = 5;

}  // namespace

void GrowthRun::measure_time() {
  if (!instruments_.warp) return;
  if (is_idle_) warp_factor_ = instruments_.warp->factor_of(turns_->turnings());
  report_.warp->measured = warp_factor_;
}

void GrowthRun::conclude() {
  measure_time();
  report_.operations = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(tally_.attempted) * own_operations()));
  report_.failed_operations = tally_.failed;
  report_.first_failure = tally_.first_failure;
  report_.stress_seconds = stress_seconds_;
  if (!daemon_.is_alive()) {
    const auto status = daemon_.exit_status();
    report_.error = fmt::format("the daemon died after {} operations: {}{}", report_.operations,
                                status ? status->describe() : "its main process is gone",
                                instruments_.warp ? " (under --warp; try without)" : "");
    report_.log_tail = daemon_.log_tail();
  }
  const blame::Inventory after = blame::take_inventory(sampler_);
  for (const Judged& judged : judged_) report_.checks.push_back(conclude(judged, after));
  for (const Resource resource : selection_.growth)
    if (!is_measured(resource)) report_.checks.push_back(report_unmeasured(resource));
  narrow_heap();
  take_blame(answer_, grown_checks(report_));
  record_series();
}

CheckResult GrowthRun::conclude(const Judged& judged, const blame::Inventory& after) const {
  const auto& traits = probe::traits(judged.resource);
  if (const std::string& blind = sampler_.blind_reason(judged.resource); !blind.empty()) {
    CheckResult result;
    result.id = fmt::format("growth.{}", traits.id);
    result.severity = traits.severity;
    result.summary = blind;
    return result;
  }
  judge::GrowthVerdict verdict =
      judge::per_finer_operation(judged.judge.verdict(), own_operations());
  if (is_idle_) verdict.idle_per_second = verdict.per_second;  // An operation was a millisecond.
  const bool is_suspected = scenario_.fails_fast && verdict.verdict == Verdict::kInconclusive &&
                            judged.judge.is_suspect();
  if (is_suspected) verdict.verdict = Verdict::kFail;
  GrowthContext context;
  context.traits = &traits;
  context.operations_are_time = is_idle_;
  context.warp = warp_factor_;
  if (instruments_.warp) context.slowest_warp = instruments_.warp->slowest();
  if (const auto& own = sampler_.fill(judged.resource)) {
    context.limit = own->limit;
    context.used = own->used;
  } else if (const auto shared = fill(judged.resource, verdict.value)) {
    context.limit = shared->limit;
    context.used = shared->used;
  }
  if (report_.stopped != "budget" && report_.stopped != "all verdicts in")
    context.stopped = report_.stopped;
  context.failed_share = tally_.attempted == 0 ? 1
                                               : static_cast<double>(tally_.failed) /
                                                     static_cast<double>(tally_.attempted);
  context.first_failure = tally_.first_failure;
  CheckResult result = summarize_growth(verdict, context);
  if (judged.resource == Resource::kHeap) doubt_heap(result);
  if (is_suspected) result.summary = "suspected (--fail-fast): " + result.summary;
  if (verdict.verdict == Verdict::kFail) {
    result.blame = blame::find_grown(inventory_before_, after, judged.resource);
    if (result.blame.size() > kMostBlamed) result.blame.resize(kMostBlamed);
    const auto ages = ages_of(judged.resource, result.blame);
    std::ranges::copy(blame::describe_grown(result.blame, kMostTold, ages),
                      std::back_inserter(result.evidence));
  }
  return result;
}

/// Of descriptors: one that stays is no client that is just served.
std::map<std::string, blame::Age> GrowthRun::ages_of(Resource resource,
                                                     const std::vector<Blame>& grown) const {
  const bool is_descriptor = resource == Resource::kFds || resource == Resource::kCloseWait ||
                             resource == Resource::kDeletedFiles;
  if (!is_descriptor || !daemon_.is_alive()) return {};
  const double now = seconds(Clock::now() - daemon_.ready_at());
  std::set<std::string> names;
  for (const Blame& blame : grown | std::views::take(kMostTold)) names.insert(blame.what);
  auto ages = sightings_.oldest(tally_.attempted, now, names);
  if (is_idle_)  // Its operations are time.
    for (auto& [what, age] : ages) age.operations = 0;
  return ages;
}

void GrowthRun::record_series() {
  auto& series = report_.series;
  for (const probe::Sample& sample : samples_) {
    series["operations"].push_back(
        std::round(static_cast<double>(sample.operations) * own_operations()));
    series["seconds"].push_back(sample.seconds * warp_factor_);
    for (const Resource resource : selection_.growth)
      if (is_measured(resource))
        series[std::string(probe::traits(resource).id)].push_back(sample[resource]);
  }
}

}  // namespace watertight::run
