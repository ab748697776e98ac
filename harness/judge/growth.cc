// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"

#include "judge/ladder.h"
#include "judge/quantiles.h"

#include <cmath>
#include <stdexcept>

namespace watertight::judge {
namespace {

constexpr double kTailOf99 = 0.005;

const Options& checked(const Options& options) {
  const bool is_sound = options.quantum > 0 && options.budget > 0 && options.first_octave > 0 &&
                        options.alpha > 0 && options.alpha < 1 && options.resources > 0;
  if (!is_sound) {
    throw std::invalid_argument(
        "growth judge: quantum, budget, first octave and resources must be positive, alpha within "
        "(0, 1)");
  }
  return options;
}

Thresholds thresholds_for(const Options& options) {
  const double alpha = alpha_per_test(options);
  return {.kendall_z = upper_normal_quantile(alpha),
          .record_evidence = 1 / alpha,
          .interval = {.normal = upper_normal_quantile(kTailOf99),
                       .student = upper_student_quantile(OctaveFloors::kBlocks - 1, kTailOf99)}};
}

}  // namespace

struct GrowthJudge::State {
  explicit State(const Options& options) : ladder(options, thresholds_for(options)) {}
  Ladder ladder;
};

GrowthJudge::GrowthJudge(const Options& options)
    : state_(std::make_unique<State>(checked(options))) {}
GrowthJudge::GrowthJudge(GrowthJudge&&) noexcept = default;
GrowthJudge& GrowthJudge::operator=(GrowthJudge&&) noexcept = default;
GrowthJudge::~GrowthJudge() = default;

void GrowthJudge::observe(const Observation& observation) {
  if (!state_->ladder.observe(observation)) {
    throw std::invalid_argument(
        "growth judge: operations must not decrease, numbers must be finite");
  }
}

bool GrowthJudge::is_decided() const { return state_->ladder.is_decided(); }
bool GrowthJudge::is_suspect() const { return state_->ladder.is_suspect(); }
GrowthVerdict GrowthJudge::verdict() const { return state_->ladder.verdict(); }

GrowthVerdict per_finer_operation(GrowthVerdict verdict, double share) {
  for (double* per_operation :
       {&verdict.rate, &verdict.rate_low, &verdict.rate_high, &verdict.upper_bound,
        &verdict.detection_limit, &verdict.exact_step, &verdict.blind_rate})
    *per_operation /= share;
  verdict.operations =
      static_cast<std::uint64_t>(std::llround(static_cast<double>(verdict.operations) * share));
  if (verdict.operations_to_settle) *verdict.operations_to_settle *= share;
  return verdict;
}

}  // namespace watertight::judge
