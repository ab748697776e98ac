// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"

#include "judge/test_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace watertight::judge {
namespace {

constexpr double kMiB = 1024 * 1024;

Series leaks(double rate, double start = 6) {
  return [=](std::uint64_t n) { return start + std::floor(rate * static_cast<double>(n)); };
}

double pages(double bytes) { return std::floor(bytes / 4096) * 4096; }

TEST(JudgeGrowth, CallsAnObviousLeakWithin4096Operations) {
  for (const std::uint64_t round : {20u, 32u, 64u}) {
    Options options = exact_counter();
    options.first_octave = 16 * round;
    const GrowthVerdict verdict = judge_until_decided(options, leaks(1), 5000, round);
    EXPECT_EQ(verdict.verdict, Verdict::kFail);
    EXPECT_EQ(verdict.reason, Reason::kBig);
    EXPECT_LE(verdict.operations, 4096u);
    EXPECT_NEAR(verdict.rate, 1, 1e-9);
    EXPECT_LE(verdict.rate_low, 1);
    EXPECT_GE(verdict.rate_high, 1);
    EXPECT_NEAR(verdict.per_second, kOperationsPerSecond, 1);
    EXPECT_EQ(verdict.exact_step, 1);
    EXPECT_EQ(verdict.rounds_grown, verdict.rounds);
    EXPECT_EQ(verdict.operations, verdict.rounds * round);
  }
}

TEST(JudgeGrowth, PassesWhatStandsAndSaysWhatItRulesOut) {
  const GrowthVerdict verdict = judge_until_decided(exact_counter(), leaks(0), 262144);
  EXPECT_EQ(verdict.verdict, Verdict::kPass);
  EXPECT_EQ(verdict.reason, Reason::kBounded);
  EXPECT_EQ(verdict.operations, 262144u / 8);
  EXPECT_DOUBLE_EQ(verdict.upper_bound, 3.0 / 16384);
  EXPECT_DOUBLE_EQ(verdict.detection_limit, 15.0 / 16384);
  EXPECT_EQ(verdict.value, 6);
}

TEST(JudgeGrowth, SaysHowManyOperationsWouldSettleIt) {
  const GrowthVerdict none = GrowthJudge(exact_counter()).verdict();
  EXPECT_EQ(none.verdict, Verdict::kInconclusive);
  EXPECT_EQ(none.reason, Reason::kTooFewOperations);

  const GrowthVerdict early = judge_until_decided(exact_counter(), leaks(0), 12800);
  EXPECT_EQ(early.verdict, Verdict::kInconclusive);
  EXPECT_EQ(early.reason, Reason::kTooFewOperations);
  ASSERT_TRUE(early.operations_to_settle.has_value());
  EXPECT_EQ(*early.operations_to_settle, 32768 - 12800);
}

TEST(JudgeGrowth, TakesAPassBackWhenALeakBeginsLater) {
  const Series late = [](std::uint64_t n) { return n < 40000 ? 6.0 : 6.0 + (n - 40000) / 50; };
  GrowthJudge judge(exact_counter());
  for (std::uint64_t n = 0; n <= 36000; n += kRound) judge.observe(sample_of(late, n));
  EXPECT_TRUE(judge.is_decided());
  EXPECT_EQ(judge.verdict().verdict, Verdict::kPass);
  for (std::uint64_t n = 36032; n <= 262144; n += kRound) judge.observe(sample_of(late, n));
  EXPECT_EQ(judge.verdict().verdict, Verdict::kFail);
  EXPECT_NEAR(judge.verdict().rate, 0.02, 0.002);
}

TEST(JudgeGrowth, KeepsAFailure) {
  const Series stops = [](std::uint64_t n) {
    return static_cast<double>(std::min<std::uint64_t>(n, 5000));
  };
  const GrowthVerdict verdict = judge_whole(exact_counter(), stops);
  EXPECT_EQ(verdict.verdict, Verdict::kFail);
  EXPECT_LE(verdict.operations, 4096u);
}

TEST(JudgeGrowth, SuspectsBeforeItCalls) {
  GrowthJudge judge(exact_counter());
  const Series slow = leaks(0.02);  // Too little to be big before a quarter of the budget.
  std::uint64_t suspected = 0;
  for (std::uint64_t n = 0; n <= 262144 && !judge.is_decided(); n += kRound) {
    judge.observe(sample_of(slow, n));
    if (suspected == 0 && judge.is_suspect()) suspected = n;
  }
  EXPECT_EQ(judge.verdict().verdict, Verdict::kFail);
  EXPECT_GT(suspected, 0u);
  EXPECT_LE(suspected, 8192u);
  EXPECT_GT(judge.verdict().operations, 2 * suspected);
}

TEST(JudgeGrowth, DoesNotCallAPoolEarlyThatFillsLinearly) {
  // As regular as a leak until it is full; only that it stays small tells it apart.
  for (const double rate : {1.0, 0.25, 0.05, 0.02}) {
    const Series pool = [rate](std::uint64_t n) {
      return 8 + std::min(200.0, std::floor(rate * static_cast<double>(n)));
    };
    const GrowthVerdict verdict = judge_whole(exact_counter(), pool);
    EXPECT_EQ(verdict.verdict, Verdict::kPass) << rate;
  }
}

TEST(JudgeGrowth, IsTheSameInEveryUnit) {
  const Series bytes = [](std::uint64_t n) { return pages(48.0 * static_cast<double>(n) + 1e6); };
  const Series blocks = [bytes](std::uint64_t n) { return bytes(n) / 4096; };
  Options in_blocks = resident_memory();
  in_blocks.quantum = 1;
  in_blocks.default_tolerance /= 4096;
  const GrowthVerdict a = judge_until_decided(resident_memory(), bytes, 262144);
  const GrowthVerdict b = judge_until_decided(in_blocks, blocks, 262144);
  EXPECT_EQ(a.verdict, Verdict::kFail);
  EXPECT_EQ(b.verdict, Verdict::kFail);
  EXPECT_EQ(a.operations, b.operations);
  EXPECT_DOUBLE_EQ(a.rate, 4096 * b.rate);
  EXPECT_DOUBLE_EQ(a.rate_low, 4096 * b.rate_low);
  EXPECT_DOUBLE_EQ(a.rate_high, 4096 * b.rate_high);
}

TEST(JudgeGrowth, NeedsOneSampleABlock) {
  for (const double rate : {0.0, 0.01}) {
    GrowthJudge judge(exact_counter());
    std::uint64_t due = 0, block = kRound, looks = 0;
    for (std::uint64_t n = 0; n <= 262144 && !judge.is_decided(); n += kRound) {
      if (n < due) continue;
      judge.observe(sample_of(leaks(rate), n));
      ++looks;
      while (n >= 2 * 16 * block) block *= 2;
      due = n + block;
    }
    EXPECT_EQ(judge.verdict().verdict, rate > 0 ? Verdict::kFail : Verdict::kPass);
    EXPECT_LT(looks, 140u);
  }
}

TEST(JudgeGrowth, CannotSayWhereBlocksHaveNoSamples) {
  GrowthJudge judge(exact_counter());
  for (std::uint64_t n = 0; n <= 262144; n = n < 1024 ? 1024 : n * 5 / 4) {
    judge.observe(sample_of(leaks(0), n));
  }
  EXPECT_EQ(judge.verdict().verdict, Verdict::kInconclusive);
}

TEST(JudgeGrowth, RefusesWhatCannotBe) {
  GrowthJudge judge(exact_counter());
  EXPECT_THROW(judge.observe({64, 0, std::nan("")}), std::invalid_argument);
  EXPECT_THROW(judge.observe({std::numeric_limits<std::uint64_t>::max(), 0, 6}),
               std::invalid_argument);
  EXPECT_THROW(GrowthJudge({.quantum = 0}), std::invalid_argument);
  EXPECT_THROW(GrowthJudge({.budget = 0}), std::invalid_argument);
  EXPECT_THROW(GrowthJudge({.alpha = 1}), std::invalid_argument);
  EXPECT_THROW(GrowthJudge({.resources = 0}), std::invalid_argument);
  EXPECT_THROW(GrowthJudge({.first_octave = 0}), std::invalid_argument);
}

// The limit of a resource.

GrowthVerdict judge_below(double limit, const Options& options, const Series& series) {
  GrowthJudge judge(options);
  for (std::uint64_t n = 0; n <= options.budget; n += kRound) {
    Observation observation = sample_of(series, n);
    observation.fill = observation.value / limit;
    judge.observe(observation);
  }
  return judge.verdict();
}

TEST(JudgeLimit, CallsAStandstillAtTheLimitExhausted) {
  const Series at_limit = [](std::uint64_t n) {
    return std::min(1023.0, 6 + static_cast<double>(n));
  };
  const GrowthVerdict verdict = judge_below(1024, exact_counter(), at_limit);
  EXPECT_EQ(verdict.verdict, Verdict::kFail);
  EXPECT_EQ(verdict.reason, Reason::kExhausted);
  EXPECT_LE(verdict.operations, 1024u);
  EXPECT_EQ(verdict.rate, 1);
  EXPECT_LE(verdict.rate_low, 1);
  EXPECT_GE(verdict.rate_high, 1);
  EXPECT_NEAR(verdict.per_second, kOperationsPerSecond, 1);

  // The ladder alone sees a plateau.
  EXPECT_EQ(judge_whole(exact_counter(), at_limit).verdict, Verdict::kPass);
}

TEST(JudgeLimit, GivesTheRateOfTheWayThere) {
  const Series jumps = [](std::uint64_t n) { return n == 0 ? 6.0 : 1023.0; };
  const GrowthVerdict verdict = judge_below(1024, exact_counter(), jumps);
  EXPECT_EQ(verdict.reason, Reason::kExhausted);
  EXPECT_GE(verdict.rate, 1017.0 / 64);
  EXPECT_EQ(verdict.rate_high, 1017);
}

TEST(JudgeLimit, IsNoLeakToStandNearIt) {
  EXPECT_EQ(judge_below(1024, exact_counter(), leaks(0, 950)).verdict, Verdict::kPass);
  const Series opens_a_few = [](std::uint64_t n) { return n < 500 ? 919.0 : 924.0; };
  EXPECT_EQ(judge_below(1024, exact_counter(), opens_a_few).verdict, Verdict::kPass);
}

TEST(JudgeLimit, MayBeThatOfTheFullestProcess) {
  // Two processes: one leaks and comes to its limit of 256, the other holds 900 of 1 024 for good.
  const auto judged = [](double leak) {
    GrowthJudge judge(exact_counter());
    for (std::uint64_t n = 0; n <= 262144; n += kRound) {
      const double leaky = std::min(256.0, 20 + std::floor(leak * static_cast<double>(n)));
      judge.observe(
          {.operations = n, .value = 900 + leaky, .fill = std::max(900 / 1024.0, leaky / 256)});
    }
    return judge.verdict();
  };
  EXPECT_EQ(judged(0).verdict, Verdict::kPass);
  EXPECT_EQ(judged(0.5).reason, Reason::kExhausted);
  EXPECT_NEAR(judged(0.5).rate, 0.5, 0.01);
}

TEST(JudgeLimit, IsNotReachedByOneNoisySample) {
  const Series spike = [](std::uint64_t n) { return n == 12800 ? 95 * kMiB : 20 * kMiB; };
  EXPECT_EQ(judge_below(100 * kMiB, resident_memory(), spike).verdict, Verdict::kPass);
  const Series rises = [](std::uint64_t n) {
    return std::min(97 * kMiB, pages(20 * kMiB + 8000.0 * static_cast<double>(n)));
  };
  EXPECT_EQ(judge_below(100 * kMiB, resident_memory(), rises).reason, Reason::kExhausted);
}

// What doubles.

TEST(JudgeDoubling, DoesNotPassAVectorThatDoubles) {
  for (const double factor : {2.0, 4.0}) {
    const Series vector = [factor](std::uint64_t n) {
      double capacity = 700;
      while (capacity < static_cast<double>(n)) capacity *= factor;
      return pages(1e6 + 24 * capacity);
    };
    const GrowthVerdict verdict = judge_whole(resident_memory(), vector);
    EXPECT_EQ(verdict.verdict, Verdict::kInconclusive);
    EXPECT_EQ(verdict.reason, Reason::kDoubling);
  }
}

TEST(JudgeDoubling, PassesOneStepThatTwoQuietOctavesFollowed) {
  const Series step = [](std::uint64_t n) { return n < 6000 ? 1e6 : 1e6 + 3 * kMiB; };
  const GrowthVerdict verdict = judge_until_decided(resident_memory(), step, 262144);
  EXPECT_EQ(verdict.verdict, Verdict::kPass);
  EXPECT_EQ(verdict.operations, 32768u);
}

// Exact counters, deceleration, idle phases, tolerances, blind spots.

TEST(JudgeExactCounter, VotesEarlierThanMemory) {
  const Series grows = leaks(1);
  EXPECT_LE(judge_until_decided(exact_counter(), grows, 262144).operations, 4096u);
  Options noisy = exact_counter();
  noisy.is_exact = false;
  noisy.big_growth = 256;
  EXPECT_GT(judge_until_decided(noisy, grows, 262144).operations, 8192u);
}

TEST(JudgeDeceleration, NeverCallsAFillingCacheALeak) {
  for (const double scale : {2000.0, 8000.0, 30000.0}) {
    const Series fills = [scale](std::uint64_t n) {
      return pages(8 * kMiB * (1 - std::exp(-static_cast<double>(n) / scale)));
    };
    EXPECT_NE(judge_whole(resident_memory(), fills).verdict, Verdict::kFail) << scale;
  }
  const Series grows_for_ever = [](std::uint64_t n) {
    return pages(kMiB * std::log(1 + static_cast<double>(n)));
  };
  const GrowthVerdict verdict = judge_whole(resident_memory(), grows_for_ever);
  EXPECT_EQ(verdict.verdict, Verdict::kInconclusive);
  EXPECT_EQ(verdict.reason, Reason::kDecelerating);
  EXPECT_EQ(verdict.operations_to_settle, 262144);
}

TEST(JudgeSawTooth, DoesNotTakeTheBeatWithItsSamplesForALeak) {
  // 18 samples take 1 152 operations, 2.15 more than a tooth: its floors creep up for whole
  // octaves.
  const Series tooth = [](std::uint64_t n) {
    return pages(1e6 + 1000 * std::fmod(static_cast<double>(n), 1149.85));
  };
  EXPECT_NE(judge_whole(resident_memory(), tooth).verdict, Verdict::kFail);
}

TEST(JudgeIdlePhase, TakesStandingOperationsForIdlenessAndNotForAnError) {
  GrowthJudge judge(exact_counter());
  for (std::uint64_t n = 0; n <= 32768; n += kRound) judge.observe(sample_of(leaks(0), n));
  for (int i = 0; i < 200; ++i) judge.observe({32768, 10.0 + i, 6.0 + i});
  EXPECT_EQ(judge.verdict().verdict, Verdict::kPass);
  EXPECT_EQ(judge.verdict().value, 205);
  EXPECT_THROW(judge.observe({32767, 300, 6}), std::invalid_argument);
}

TEST(JudgeTolerance, DefaultNeverExcuses) {
  // Above what a run can see, below what a pass must rule out.
  const Series leak = [](std::uint64_t n) { return pages(1e6 + 0.8 * static_cast<double>(n)); };
  Options options = resident_memory();
  options.default_tolerance = 2;
  const GrowthVerdict verdict = judge_whole(options, leak);
  EXPECT_EQ(verdict.verdict, Verdict::kFail);
  EXPECT_NEAR(verdict.rate, 0.8, 0.1);
}

TEST(JudgeTolerance, StatedExcusesOnlyWhatStaysBelowIt) {
  Options options = exact_counter();
  options.stated_tolerance = 0.2;
  const GrowthVerdict excused = judge_whole(options, leaks(0.1));
  EXPECT_EQ(excused.verdict, Verdict::kPass);
  EXPECT_EQ(excused.reason, Reason::kTolerated);
  EXPECT_NEAR(excused.rate, 0.1, 0.01);
  EXPECT_EQ(judge_whole(options, leaks(0.3)).verdict, Verdict::kFail);
  options.stated_tolerance = 0;
  EXPECT_EQ(judge_whole(options, leaks(0.1)).verdict, Verdict::kFail);
  EXPECT_EQ(judge_whole(options, leaks(0)).verdict, Verdict::kPass);
}

TEST(JudgeTolerance, StatedExcusesExactlyItself) {
  Options options = exact_counter();
  options.stated_tolerance = 1;
  EXPECT_EQ(judge_whole(options, leaks(1)).reason, Reason::kTolerated);
}

TEST(JudgeBlindSpot, IsInconclusiveOnlyWhenStrict) {
  const Series burst = [](std::uint64_t n) { return n == 0 ? kMiB : 9 * kMiB; };
  Options options = resident_memory();
  EXPECT_EQ(judge_whole(options, burst).verdict, Verdict::kPass);
  options.is_strict = true;
  const GrowthVerdict verdict = judge_whole(options, burst);
  EXPECT_EQ(verdict.verdict, Verdict::kInconclusive);
  EXPECT_EQ(verdict.operations_to_settle, std::pow(2, 23) - 262144);
}

TEST(JudgeBlindSpot, SaysWhatCouldHideInIt) {
  const Series burst = [](std::uint64_t n) { return n == 0 ? kMiB : 9 * kMiB; };
  EXPECT_NEAR(judge_whole(resident_memory(), burst).blind_rate, 8 * kMiB / 262144, 1e-9);
  EXPECT_EQ(judge_whole(exact_counter(), burst).blind_rate, 0);
}

// Pools, plateaus, huge pages, rigour, extension.

TEST(JudgePool, IsNoLeakUntilItOverflows) {
  const Series fills = [](std::uint64_t n) { return pages(1e6 + 10.0 * static_cast<double>(n)); };
  Options options = resident_memory();
  EXPECT_EQ(judge_whole(options, fills).verdict, Verdict::kFail);
  options.pool = 4 * kMiB;
  const GrowthVerdict within = judge_whole(options, fills);
  EXPECT_EQ(within.verdict, Verdict::kInconclusive);
  EXPECT_EQ(within.reason, Reason::kPool);
  EXPECT_GT(within.operations_to_settle, (4 * kMiB - 2.7e6) / 10);
  options.pool = 2 * kMiB;
  const GrowthVerdict beyond = judge_whole(options, fills);
  EXPECT_EQ(beyond.verdict, Verdict::kFail);
  EXPECT_GT(beyond.operations, 200'000u);
}

TEST(JudgeDeceleration, SaysWhereItComesToRest) {
  const double full = 1e6 + 8 * kMiB;
  const Series fills = [&](std::uint64_t n) {
    return pages(full - 8 * kMiB * std::exp(-static_cast<double>(n) / 80'000));
  };
  const GrowthVerdict verdict = judge_whole(resident_memory(), fills);
  EXPECT_EQ(verdict.reason, Reason::kDecelerating);
  ASSERT_TRUE(verdict.plateau.has_value());
  EXPECT_GT(*verdict.plateau, verdict.value);
  EXPECT_NEAR(*verdict.plateau, full, 0.25 * full);
}

TEST(JudgeHugePages, HideWhatIsSmallerThanThey) {
  const Series huge = [](std::uint64_t n) {
    return (10 + static_cast<double>(n / kRound * 7 % 5)) * 2 * kMiB;
  };
  const GrowthVerdict verdict = judge_whole(resident_memory(), huge);
  EXPECT_EQ(verdict.quantum, 2 * kMiB);
  EXPECT_EQ(verdict.verdict, Verdict::kInconclusive);
  EXPECT_GT(verdict.upper_bound, 2 * kMiB / 262144);
}

TEST(JudgeRigorously, UsesTheRecordTestAlone) {
  Options options = resident_memory();
  options.is_rigorous = true;
  const Series leak = [](std::uint64_t n) { return pages(1e6 + 10.0 * static_cast<double>(n)); };
  EXPECT_EQ(judge_whole(options, leak).verdict, Verdict::kFail);
  // Six steps of a page in an octave: enough for Kendall, too many ties for records.
  const Series slight = [](std::uint64_t n) { return pages(1e6 + 0.2 * static_cast<double>(n)); };
  EXPECT_EQ(judge_whole(resident_memory(), slight).verdict, Verdict::kInconclusive);
  EXPECT_EQ(judge_whole(options, slight).verdict, Verdict::kPass);
}

TEST(JudgeExtension, GoesOnToVoteBeyondTheBudget) {
  const auto judged_to = [](std::uint64_t operations, unsigned octaves) {
    Options options = resident_memory();
    options.budget = 65536;
    options.extra_octaves = octaves;
    const Series leaks_late = [](std::uint64_t n) {
      return pages(1e6 + (n < 66000 ? 0 : 20.0 * static_cast<double>(n - 66000)));
    };
    GrowthJudge judge(options);
    for (std::uint64_t n = 0; n <= operations; n += kRound) judge.observe(sample_of(leaks_late, n));
    return judge.verdict().verdict;
  };
  EXPECT_EQ(judged_to(65536, 2), Verdict::kPass);
  EXPECT_EQ(judged_to(262144, 2), Verdict::kFail);
  EXPECT_NE(judged_to(262144, 0), Verdict::kFail);
}

}  // namespace
}  // namespace watertight::judge
