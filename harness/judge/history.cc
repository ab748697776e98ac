// SPDX-License-Identifier: Apache-2.0
#include "judge/history.h"

#include "judge/slope.h"

#include <cmath>

namespace watertight::judge {

void ThinnedHistory::add(const Floor& sample) {
  if (added_++ % stride_ != 0) return;
  if (samples_.size() == FloorList::kCapacity) {
    FloorList every_second;
    for (std::size_t i = 0; i < samples_.size(); i += 2) every_second.push_back(samples_[i]);
    samples_ = every_second;
    stride_ *= 2;
  }
  // A full list holds the multiples of the stride below 64 of it: this sample is one of twice the
  // stride.
  samples_.push_back(sample);
}

void RoundTally::add(const Floor& sample, bool is_warm_up) {
  const double growth = sample.value - last_.value;
  const double operations = sample.operations - last_.operations;
  last_ = sample;
  if (!has_last_) {
    has_last_ = true;
    return;
  }
  // Cross-multiplied: exact for whole numbers.
  const bool is_same = growth * first_operations_ == first_growth_ * operations;
  if (rounds_ == 0 || (is_warm_up && !is_same)) {
    *this = {};
    has_last_ = true;
    last_ = sample;
    first_growth_ = growth;
    first_operations_ = operations;
  } else if (!is_same) {
    is_exact_ = false;
  }
  ++rounds_;
  rounds_grown_ += growth > 0;
}

double RoundTally::exact_step() const {
  if (!is_exact_ || rounds_ < kFewestRounds || first_growth_ <= 0) return 0;
  return first_growth_ / first_operations_;
}

void IdlePhase::end() {
  if (samples_.samples().size() == 0) return;
  last_phase_ = growth_per_second();
  samples_ = {};
}

std::optional<double> IdlePhase::growth_per_second() const {
  const FloorList& samples = samples_.samples();
  const bool is_long = samples.size() >= kFewestSamples &&
                       samples[samples.size() - 1].operations > samples[0].operations;
  return is_long ? sen_line(samples, 0).slope : last_phase_;
}

void StepSizes::add(double value) {
  const double step = last_ ? std::abs(value - *last_) / quantum_ : 0;
  last_ = value;
  if (step == 0) return;
  ++steps_;
  double multiple = 1;
  for (std::uint64_t& others : others_) {
    others += std::fmod(step, multiple) != 0;
    multiple *= 2;
  }
}

double StepSizes::quantum() const {
  if (steps_ < kFewest) return quantum_;
  double found = 1;
  for (std::size_t k = 1; k < kDoublings && others_[k] * kFewest <= steps_; ++k) found *= 2;
  return quantum_ * found;
}

}  // namespace watertight::judge
