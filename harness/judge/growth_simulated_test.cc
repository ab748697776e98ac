// SPDX-License-Identifier: Apache-2.0

// Daemons by simulation: what is clean is never called a leak, what leaks visibly always is.

#include "judge/growth.h"
#include "judge/test_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

namespace watertight::judge {
namespace {

constexpr int kSeeds = 20;

/// A clean daemon: bytes resident after `operations`. Called once a sample, in order.
using Daemon = std::function<double(double operations, std::mt19937_64& random)>;

struct CleanDaemon {
  const char* name;
  Daemon (*start)(std::mt19937_64& random);
  int most_inconclusive;  ///< Of kSeeds, at the end of the budget.
};

void PrintTo(const CleanDaemon& daemon, std::ostream* out) { *out << daemon.name; }

constexpr double kPage = 4096;

double uniform(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<>(low, high)(random);
}

const CleanDaemon kCleanDaemons[] = {
    {"Flat", [](std::mt19937_64&) -> Daemon { return [](double, auto&) { return 1e6; }; }, 0},
    {"Noisy",
     [](std::mt19937_64& start) -> Daemon {
       const double deviation = uniform(start, 1, 30) * kPage;
       return [=](double, auto& random) {
         return 4e6 + std::normal_distribution<>(0, deviation)(random);
       };
     },
     kSeeds},
    {"Drifting",
     [](std::mt19937_64& start) -> Daemon {
       const double deviation = uniform(start, 1, 50) * kPage, memory = uniform(start, 0.5, 0.98);
       return [=, level = 0.0](double, auto& random) mutable {
         level =
             memory * level + std::sqrt(1 - memory * memory) * std::normal_distribution<>()(random);
         return 8e6 + deviation * level;
       };
     },
     kSeeds},
    {"HighWater",
     [](std::mt19937_64& start) -> Daemon {
       const double scale = uniform(start, 1, 50) * kPage;
       return [=, peak = 0.0](double, auto& random) mutable {
         peak = std::max(peak, std::lognormal_distribution<>()(random));
         return 1e6 + scale * peak;
       };
     },
     kSeeds},
    {"Sawtooth",
     [](std::mt19937_64& start) -> Daemon {
       const double period = uniform(start, 300, 7000), phase = uniform(start, 0, 1);
       return
           [=](double n, auto&) { return 2e6 + 1000 * period * std::fmod(n / period + phase, 1); };
     },
     kSeeds / 5},
    {"Step",
     [](std::mt19937_64& start) -> Daemon {
       const double at = uniform(start, 0, 30000), height = uniform(start, 10, 500) * kPage;
       return [=](double n, auto&) { return 1e6 + (n < at ? 0 : height); };
     },
     0},
    {"SaturatingCache",
     [](std::mt19937_64& start) -> Daemon {
       const double scale = uniform(start, 500, 8000), size = uniform(start, 0.2e6, 20e6);
       return [=](double n, auto&) { return 1e6 + size * (1 - std::exp(-n / scale)); };
     },
     0},
    {"LogarithmicCache",
     [](std::mt19937_64& start) -> Daemon {
       const double scale = uniform(start, 1e5, 2e6);
       return [=](double n, auto&) { return 1e6 + scale * std::log1p(n / 100); };
     },
     kSeeds},
    {"Pool",
     [](std::mt19937_64& start) -> Daemon {
       const double full = uniform(start, 500, 16000), rate = uniform(start, 1, 500);
       return [=](double n, auto&) { return 1e6 + rate * std::min(n, full); };
     },
     0},
};

/// The daemon, and a leak on top of it. Whole quanta.
Series simulated(const CleanDaemon& clean, std::uint64_t seed, const Options& options,
                 double leak) {
  const auto random = std::make_shared<std::mt19937_64>(seed);
  const Daemon daemon = clean.start(*random);
  const double unit = options.quantum / kPage;  // A counter counts what memory has in pages.
  return [=](std::uint64_t operations) {
    const double n = static_cast<double>(operations);
    return std::floor((unit * daemon(n, *random) + leak * n) / options.quantum) * options.quantum;
  };
}

class SimulatedGrowth : public testing::TestWithParam<CleanDaemon> {};

TEST_P(SimulatedGrowth, OfACleanDaemonIsNeverCalledALeak) {
  int inconclusive = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const GrowthVerdict verdict =
        judge_whole(resident_memory(), simulated(GetParam(), seed, resident_memory(), 0));
    EXPECT_NE(verdict.verdict, Verdict::kFail)
        << "seed " << seed << ", " << testing::PrintToString(verdict.reason) << ", "
        << verdict.rate;
    inconclusive += verdict.verdict == Verdict::kInconclusive;
  }
  EXPECT_LE(inconclusive, GetParam().most_inconclusive);
}

INSTANTIATE_TEST_SUITE_P(Clean, SimulatedGrowth, testing::ValuesIn(kCleanDaemons),
                         [](const auto& daemon) { return daemon.param.name; });

TEST(SimulatedLeak, OfTwiceTheDetectionLimitIsFound) {
  for (const Options& options : {exact_counter(), resident_memory()}) {
    for (const int kind : {0, 5}) {  // Flat, step.
      for (int seed = 0; seed < kSeeds; ++seed) {
        const CleanDaemon& daemon = kCleanDaemons[kind];
        const double limit =
            judge_whole(options, simulated(daemon, seed, options, 0)).detection_limit;
        const GrowthVerdict verdict =
            judge_whole(options, simulated(daemon, seed, options, 2 * limit));
        EXPECT_EQ(verdict.verdict, Verdict::kFail)
            << daemon.name << ", seed " << seed << ", " << testing::PrintToString(verdict.reason);
        EXPECT_LE(verdict.rate_low, 2 * limit);
        EXPECT_GE(verdict.rate_high, 2 * limit);
      }
    }
  }
}

TEST(SimulatedLeak, UnderNoiseIsMostlyFoundAtTwiceTheDetectionLimit) {
  int found = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const CleanDaemon& noisy = kCleanDaemons[1];
    const double limit =
        judge_whole(resident_memory(), simulated(noisy, seed, resident_memory(), 0))
            .detection_limit;
    found += judge_whole(resident_memory(), simulated(noisy, seed, resident_memory(), 2 * limit))
                 .verdict == Verdict::kFail;
  }
  EXPECT_GE(found, kSeeds * 9 / 10);
}

TEST(SimulatedLeak, InOneOperationOfManyHasItsRateInTheInterval) {
  int covered = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    double leaked = 0;
    const Series rare = [&](std::uint64_t) {
      return leaked += std::binomial_distribution<>(kRound, 0.01)(random);
    };
    const GrowthVerdict verdict = judge_whole(exact_counter(), rare);
    EXPECT_EQ(verdict.verdict, Verdict::kFail);
    covered += verdict.rate_low <= 0.01 && 0.01 <= verdict.rate_high;
  }
  EXPECT_GE(covered, kSeeds - 1);
}

}  // namespace
}  // namespace watertight::judge
