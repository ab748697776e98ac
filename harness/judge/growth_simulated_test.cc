// SPDX-License-Identifier: Apache-2.0

// Simulated daemons: what is clean is never called a leak, what leaks visibly always is.

#include "judge/growth.h"
#include "judge/simulator.h"
#include "judge/test_series.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace watertight::judge {
namespace {

constexpr std::uint64_t kSeeds = 10;

struct Daemon {
  const Kind* noise = nullptr;
  const Kind* trend = nullptr;
  bool is_count = false;

  Options options() const { return is_count ? exact_counter() : resident_memory(); }
  std::string_view name() const { return (trend ? trend : noise)->name; }
};

void PrintTo(const Daemon& daemon, std::ostream* out) { *out << daemon.name(); }

GrowthVerdict judge_simulated(const Daemon& daemon, const Leak& leak, std::uint64_t seed) {
  SimulatedSeries series(daemon.noise, daemon.trend, leak, daemon.is_count, seed);
  const Options options = daemon.options();
  GrowthJudge judge(options);
  for (std::uint64_t n = 0; n <= options.budget; n += SimulatedSeries::kRound)
    judge.observe(series.next());
  return judge.verdict();
}

const Kind& quiet() { return noises()[0]; }

/// Every kind of noise by itself, every trend under the first kinds of noise.
std::vector<Daemon> clean_daemons() {
  std::vector<Daemon> daemons;
  for (const auto kinds : {noises(), later_noises(), held_out_noises()})
    for (const Kind& kind : kinds) daemons.push_back({.noise = &kind});
  for (const auto kinds : {transients(), later_transients(), held_out_transients(), caches()})
    for (const Kind& kind : kinds) daemons.push_back({.noise = &quiet(), .trend = &kind});
  for (const Kind& kind : counts()) daemons.push_back({.trend = &kind, .is_count = true});
  return daemons;
}

class SimulatedGrowth : public testing::TestWithParam<Daemon> {};

TEST_P(SimulatedGrowth, OfACleanDaemonIsNeverCalledALeak) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const GrowthVerdict verdict = judge_simulated(GetParam(), {}, seed);
    EXPECT_NE(verdict.verdict, Verdict::kFail)
        << "seed " << seed << ", " << testing::PrintToString(verdict.reason) << ", "
        << verdict.rate;
  }
}

INSTANTIATE_TEST_SUITE_P(Clean, SimulatedGrowth, testing::ValuesIn(clean_daemons()),
                         [](const auto& daemon) {
                           std::string name;
                           for (const char c : daemon.param.name())
                             name += c == '-' || c == '.' ? '_' : c;
                           return name;
                         });

TEST(SimulatedCounter, ThatIsCleanPasses) {
  for (const Kind& kind : counts()) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      if (kind.name == "item-steps") continue;  // A late one takes what is left of the budget.
      EXPECT_EQ(judge_simulated({nullptr, &kind, true}, {}, seed).verdict, Verdict::kPass)
          << kind.name << ", seed " << seed;
    }
  }
}

TEST(SimulatedLeak, OfTwiceTheDetectionLimitIsFound) {
  for (const bool is_count : {false, true}) {
    for (const Kind* trend : {static_cast<const Kind*>(nullptr), &transients()[0]}) {
      const Daemon daemon{&quiet(), trend, is_count};
      if (is_count && trend) continue;  // Its sizes are bytes.
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const double limit = judge_simulated(daemon, {}, seed).detection_limit;
        const GrowthVerdict verdict = judge_simulated(daemon, {2 * limit}, seed);
        EXPECT_EQ(verdict.verdict, Verdict::kFail)
            << daemon.name() << ", seed " << seed << ", " << testing::PrintToString(verdict.reason);
        EXPECT_LE(verdict.rate_low, 2 * limit);
        EXPECT_GE(verdict.rate_high, 2 * limit);
      }
    }
  }
}

TEST(SimulatedLeak, UnderNoiseIsMostlyFound) {
  for (const Kind& noise : {noises()[3], noises()[4], noises()[5]}) {
    std::uint64_t found = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
      found += judge_simulated({&noise}, {100}, seed).verdict == Verdict::kFail;
    EXPECT_GE(found, kSeeds - 2) << noise.name;
  }
}

TEST(SimulatedLeak, InOneOperationOfManyHasItsRateInTheInterval) {
  std::uint64_t covered = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const GrowthVerdict verdict = judge_simulated({.noise = &quiet(), .is_count = true},
                                                  {.per_operation = 0.01, .share = 0.01}, seed);
    EXPECT_EQ(verdict.verdict, Verdict::kFail);
    covered += verdict.rate_low <= 0.01 && 0.01 <= verdict.rate_high;
  }
  EXPECT_GE(covered, kSeeds - 1);
}

}  // namespace
}  // namespace watertight::judge
