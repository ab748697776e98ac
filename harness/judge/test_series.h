// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Series for the tests of the judge.

#include "judge/growth.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <ostream>

namespace watertight {

inline void PrintTo(Verdict verdict, std::ostream* out) {
  const char* const words[] = {"pass", "fail", "inconclusive", "not applicable"};
  *out << words[static_cast<int>(verdict)];
}

}  // namespace watertight

namespace watertight::judge {

inline void PrintTo(Reason reason, std::ostream* out) {
  const char* const words[] = {"none",          "bounded", "persistent",   "big",
                               "exhausted",     "too few", "decelerating", "doubling",
                               "not confirmed", "noisy",   "tolerated"};
  *out << words[static_cast<int>(reason)];
}

/// The value of a resource after so many operations.
using Series = std::function<double(std::uint64_t operations)>;

inline constexpr std::uint64_t kRound = 64;  // Operations between samples.
inline constexpr double kOperationsPerSecond = 8000;

inline Options exact_counter() { return {}; }

inline Options resident_memory() {
  return {.quantum = 4096, .is_exact = false, .default_tolerance = 1};
}

inline Observation sample_of(const Series& series, std::uint64_t operations) {
  return {operations, static_cast<double>(operations) / kOperationsPerSecond, series(operations)};
}

/// Judges `series` until the judge has decided or `operations` are over.
inline GrowthVerdict judge_until_decided(const Options& options, const Series& series,
                                         std::uint64_t operations, std::uint64_t round = kRound) {
  GrowthJudge judge(options);
  for (std::uint64_t n = 0; n <= operations && !judge.is_decided(); n += round) {
    judge.observe(sample_of(series, n));
  }
  return judge.verdict();
}

/// Judges `series` to the end of the budget, as a run does whose other resources are not decided.
inline GrowthVerdict judge_whole(const Options& options, const Series& series) {
  GrowthJudge judge(options);
  for (std::uint64_t n = 0; n <= options.budget; n += kRound) judge.observe(sample_of(series, n));
  return judge.verdict();
}

}  // namespace watertight::judge
