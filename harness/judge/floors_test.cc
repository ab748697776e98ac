// SPDX-License-Identifier: Apache-2.0
#include "judge/floors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace watertight::judge {
namespace {

struct Batch {
  std::vector<double> operations, values;
};

/// Floors by their definition, all samples at hand.
Batch floors_of(const std::vector<Observation>& samples, std::uint64_t begin, std::uint64_t parts) {
  Batch result;
  for (std::uint64_t part = 0; part < parts; ++part) {
    std::vector<double> values;
    double first = 0;
    for (const Observation& sample : samples) {
      // [begin + part * begin / parts, …): multiplied out, so that parts may be fractions of an
      // operation.
      const std::uint64_t position = (sample.operations - begin) * parts;
      if (position < part * begin || position >= (part + 1) * begin) continue;
      if (values.empty()) first = static_cast<double>(sample.operations);
      values.push_back(sample.value);
    }
    if (values.empty()) continue;
    result.operations.push_back(first);
    result.values.push_back(*std::min_element(values.begin(), values.end()));
  }
  return result;
}

Batch unpacked(const FloorList& floors) {
  Batch result;
  for (std::size_t i = 0; i < floors.size(); ++i) {
    result.operations.push_back(floors[i].operations);
    result.values.push_back(floors[i].value);
  }
  return result;
}

TEST(OctaveFloors, StreamsWhatTheDefinitionGivesInBatch) {
  std::mt19937_64 random(7);
  for (const std::uint64_t begin : {16u, 100u, 1024u, 65536u}) {
    OctaveFloors octave(begin);
    std::vector<Observation> samples;
    std::uint64_t operations = begin;
    while (octave.contains(operations)) {
      samples.push_back({operations, 0, static_cast<double>(random() % 1000)});
      octave.add(samples.back());
      operations += 1 + random() % (begin / 16);
    }
    const Batch blocks = floors_of(samples, begin, 16);
    EXPECT_EQ(unpacked(octave.blocks()).operations, blocks.operations) << begin;
    EXPECT_EQ(unpacked(octave.blocks()).values, blocks.values) << begin;
    const Batch sub_blocks = floors_of(samples, begin, 64);
    EXPECT_EQ(unpacked(octave.sub_blocks()).operations, sub_blocks.operations) << begin;
    EXPECT_EQ(unpacked(octave.sub_blocks()).values, sub_blocks.values) << begin;
  }
}

TEST(OctaveFloors, CoverFromItsBeginToTwiceThat) {
  const OctaveFloors octave(1024);
  EXPECT_FALSE(octave.contains(1023));
  EXPECT_TRUE(octave.contains(1024));
  EXPECT_TRUE(octave.contains(2047));
  EXPECT_FALSE(octave.contains(2048));
}

TEST(OctaveFloors, AreCompleteWithOneBlockMissingAndNotWithTwo) {
  OctaveFloors octave(1600);
  for (std::uint64_t block = 0; block < 14; ++block) octave.add({1600 + 100 * block, 0, 1});
  EXPECT_FALSE(octave.is_complete());
  octave.add({1600 + 100 * 15, 0, 1});
  EXPECT_TRUE(octave.is_complete());
  EXPECT_EQ(octave.blocks().size(), 15u);
}

TEST(OctaveFloors, TellWhenABlockIsFinal) {
  OctaveFloors octave(1600);
  EXPECT_FALSE(octave.opens_block(1600));
  octave.add({1600, 0, 1});
  EXPECT_FALSE(octave.opens_block(1699));
  EXPECT_TRUE(octave.opens_block(1700));
}

TEST(OctaveFloors, KnowTheMeanRiseBetweenSamples) {
  OctaveFloors octave(1000);
  EXPECT_EQ(octave.mean_rise(), 0);
  octave.add({1000, 0, 10});
  octave.add({1100, 0, 14});
  octave.add({1200, 0, 2});
  octave.add({1300, 0, 4});
  EXPECT_EQ(octave.mean_rise(), 2);
}

TEST(OctaveFloors, MeasureThePace) {
  OctaveFloors octave(1000);
  octave.add({1000, 2, 1});
  EXPECT_EQ(octave.operations_per_second(), 0);
  octave.add({1500, 2.5, 1});
  EXPECT_DOUBLE_EQ(octave.operations_per_second(), 1000);
}

TEST(OctaveFloors, HoldOneDearSampleABlockHoweverRoundsOvershoot) {
  std::mt19937_64 random(11);
  constexpr std::uint64_t kBegin = 4096, kBlock = kBegin / 16;
  for (int repetition = 0; repetition < 20; ++repetition) {
    OctaveFloors octave(kBegin);
    std::uint64_t due = kBegin;
    for (std::uint64_t n = 1000; n < 2 * kBegin;
         n += 40 + random() % 25) {  // Rounds of 64 that end early.
      if (n < due) continue;
      octave.add({n, 0, 1});
      due = n - n % kBlock + kBlock;
    }
    EXPECT_EQ(octave.blocks().size(), 16u);
    EXPECT_EQ(octave.sub_blocks().size(), 16u);
  }
}

std::vector<double> centers_of(const std::vector<double>& values) {
  OctaveFloors octave(1024);  // Blocks of 64 operations.
  for (std::size_t i = 0; i < values.size(); ++i)
    octave.add({1024 + static_cast<std::uint64_t>(i), 0, values[i]});
  return unpacked(octave.centers()).values;
}

TEST(OctaveCenters, AreMeansOfMediansOfFive) {
  EXPECT_EQ(centers_of({7}), std::vector<double>{7});
  EXPECT_EQ(centers_of({1, 9}), std::vector<double>{5});
  EXPECT_EQ(centers_of({5, 1, 4, 2, 3}), std::vector<double>{3});
  EXPECT_EQ(centers_of({5, 1, 4, 2, 3, 10, 30, 20, 50, 40}), std::vector<double>{16.5});
  // The rest counts by its share: (3 + 2/5 * 10) / 1.4.
  EXPECT_EQ(centers_of({5, 1, 4, 2, 3, 9, 11}), std::vector<double>{5});
}

TEST(OctaveCenters, AreNotMovedByAFewWildSamples) {
  std::vector<double> values(64, 6);
  for (std::size_t i = 0; i < values.size(); i += 5) values[i] = i % 2 ? 1e9 : -1e9;
  EXPECT_NEAR(centers_of(values).at(0), 6, 1e-9);
}

}  // namespace
}  // namespace watertight::judge
