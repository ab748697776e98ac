// SPDX-License-Identifier: Apache-2.0
#include "judge/gates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

namespace watertight::judge {
namespace {

constexpr double kQuantum = 1;

/// An octave of a resource that grew at `rate`, known but for `error`.
OctaveSummary octave_at(std::uint64_t begin, double rate, double error = 0) {
  return {.begin = begin,
          .end = 2 * begin,
          .first = {static_cast<double>(begin), 0},
          .last = {static_cast<double>(2 * begin), rate * static_cast<double>(begin)},
          .rate = {.rate = rate, .low = rate - error, .high = rate + error, .error = error},
          .is_significant = true,
          .is_linear = true};
}

std::optional<double> lasting(double before, double previous, double now, double error = 0) {
  return lasting_rate(octave_at(65536, now, error), octave_at(32768, previous, error),
                      octave_at(16384, before, error), kQuantum);
}

/// Three octaves of `size`, a function of operations.
template <typename Size>
std::optional<double> lasting_of(Size size) {
  const auto rate = [&](double begin) { return (size(2 * begin) - size(begin)) / begin; };
  return lasting(rate(16384), rate(32768), rate(65536));
}

TEST(LastingRate, KeepsASteadyRate) { EXPECT_EQ(lasting(48, 48, 48), 48); }

TEST(LastingRate, KeepsARateThatRises) { EXPECT_EQ(lasting(40, 44, 48), 48); }

TEST(LastingRate, NeedsAnOctaveBefore) {
  EXPECT_EQ(lasting_rate(octave_at(1024, 48), std::nullopt, std::nullopt, kQuantum), std::nullopt);
}

TEST(LastingRate, LosesCachesThatGrowAsALogarithmAPowerOrTowardsAnEnd) {
  EXPECT_EQ(lasting_of([](double n) { return 1e6 * std::log(n); }), std::nullopt);
  EXPECT_EQ(lasting_of([](double n) { return 1e4 * std::sqrt(n); }), std::nullopt);
  EXPECT_EQ(lasting_of([](double n) { return 1e3 * std::pow(n, 0.9); }), std::nullopt);
  for (const double scale : {5e3, 2e4, 8e4, 3e5}) {
    EXPECT_EQ(lasting_of([scale](double n) { return 1e8 * (1 - std::exp(-n / scale)); }),
              std::nullopt)
        << scale;
  }
}

TEST(LastingRate, FindsTheLeakBelowAZipfCache) {
  // Recorded: 80 B/op under a cache of a million keys.
  const std::optional<double> remains = lasting(114, 92, 82);
  ASSERT_TRUE(remains.has_value());
  EXPECT_NEAR(*remains, 73.7, 0.1);
  EXPECT_EQ(lasting(64, 36, 14), std::nullopt);  // The cache alone.
}

TEST(LastingRate, DoesNotTakeNoiseForFading) {
  EXPECT_TRUE(lasting(50, 50, 46, 5).has_value());
  EXPECT_FALSE(lasting(50, 50, 35, 5).has_value());
}

TEST(LastingRate, DoesNotTakeOneLowOctaveForASteadyRate) {
  EXPECT_FALSE(lasting(100, 50, 50).has_value());  // A root, whose second octave lost some.
  EXPECT_TRUE(lasting(60, 50, 50).has_value());
}

TEST(LastingRate, WantsNoiseToBeSmallEnoughToShowARoot) {
  const auto steady = [](double noise) {
    OctaveSummary now = octave_at(65536, 48), previous = octave_at(32768, 48);
    now.rate.noise = noise;
    previous.rate.noise = 2.8 * noise;
    return lasting_rate(now, previous, std::nullopt, kQuantum).has_value();
  };
  EXPECT_TRUE(steady(0));
  EXPECT_TRUE(steady(5));
  EXPECT_FALSE(steady(20));
}

TEST(WasHidden, IsWhatRoseAnOctaveAfterItStoodStill) {
  EXPECT_TRUE(was_hidden(octave_at(65536, 48), octave_at(32768, 0)));
  EXPECT_TRUE(was_hidden(octave_at(65536, 48), octave_at(32768, 35)));
  EXPECT_FALSE(was_hidden(octave_at(65536, 48), octave_at(32768, 36)));
  EXPECT_FALSE(was_hidden(octave_at(65536, 48), std::nullopt));
}

TEST(IsLinear, ComparesTheHalves) {
  std::vector<Floor> steady, fading;
  for (int i = 0; i < 16; ++i) {
    steady.push_back({static_cast<double>(i), 3.0 * i});
    fading.push_back({static_cast<double>(i), i < 8 ? 3.0 * i : 24 + 2.0 * (i - 8)});
  }
  EXPECT_TRUE(is_linear(steady));
  EXPECT_FALSE(is_linear(fading));
}

TEST(IsMaterial, WantsFourQuanta) {
  OctaveSummary octave = octave_at(1024, 0);
  octave.last.value = 3;
  EXPECT_FALSE(is_material(octave, 1));
  octave.last.value = 4;
  EXPECT_TRUE(is_material(octave, 1));
  EXPECT_FALSE(is_material(octave, 4096));
}

TEST(IsMaterial, WantsMoreThanTheBeatOfASawToothGives) {
  OctaveSummary octave = octave_at(1024, 0);
  octave.last.value = 64000;
  octave.mean_rise = 64000;
  EXPECT_FALSE(is_material(octave, 1));
  octave.mean_rise = 640;
  EXPECT_TRUE(is_material(octave, 1));
}

TEST(IsBig, WantsTheOctaveBeforeToAgree) {
  const OctaveSummary now = octave_at(2048, 1);
  OctaveSummary previous = octave_at(1024, 1);
  EXPECT_TRUE(is_big(now, previous, 2048));
  EXPECT_FALSE(is_big(now, previous, 2049));
  EXPECT_FALSE(is_big(now, std::nullopt, 1));
  previous.is_linear = false;
  EXPECT_FALSE(is_big(now, previous, 1));
}

TEST(EndToEndRate, CountsStepsButForgivesOneThatTwoQuietOctavesFollowed) {
  const auto flat = [](std::uint64_t begin, double first, double last) {
    OctaveSummary octave = octave_at(begin, 0);
    octave.first.value = first;
    octave.last.value = last;
    return octave;
  };
  EXPECT_GT(end_to_end_rate(flat(4096, 400, 400), flat(2048, 200, 200), flat(1024, 100, 100)),
            0.02);
  EXPECT_GT(end_to_end_rate(flat(4096, 400, 400), flat(2048, 400, 400), flat(1024, 100, 100)),
            0.02);
  EXPECT_EQ(end_to_end_rate(flat(4096, 400, 400), flat(2048, 400, 400), flat(1024, 100, 400)), 0);
}

}  // namespace
}  // namespace watertight::judge
