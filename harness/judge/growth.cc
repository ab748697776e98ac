// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"

#include "judge/ladder.h"
#include "judge/quantiles.h"

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

}  // namespace watertight::judge
