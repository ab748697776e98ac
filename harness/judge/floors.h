// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes samples one by one, gives the floors of an octave: the smallest value of each of its
/// blocks. A floor forgets requests in flight, the teeth of a garbage collector and spikes; what
/// leaks stays in it. Gives their centers as well, the mean of the medians of five samples in a
/// row: where noise swings both ways a minimum is the noisiest of all averages, and a center the
/// quietest that a few wild samples cannot move. (Medians of small groups: J. W. Tukey's ninther,
/// 1978; the remedian of P. J. Rousseeuw and G. W. Bassett, J. Am. Stat. Assoc. 85, 1990.)
///
/// Octave j covers the operations [first * 2^j, first * 2^(j+1)). It is split into 16 equal blocks,
/// each block into 4 sub-blocks, by operations and not by samples: so the same definition serves a
/// resource that is sampled after every round and a dear one that is sampled once a block, and
/// rounds of unequal length. A range is closed at its left end: a sample taken at the first round
/// that ends at or after a block's boundary opens the next block, so exactly one such sample falls
/// into every block, however far rounds overshoot.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "judge/growth.h"

namespace watertight::judge {

/// A point of the lower envelope of a series.
struct Floor {
  /// Where the block's first sample stood: where a growing block is lowest.
  double operations = 0;
  double value = 0;  ///< The smallest value of the block.
};

/// At most 64 floors, in place. A full list refuses more.
class FloorList {
 public:
  static constexpr std::size_t kCapacity = 64;

  void push_back(const Floor& floor) {
    if (size_ < kCapacity) floors_[size_++] = floor;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const Floor& operator[](std::size_t i) const { return floors_[i]; }
  /// A contiguous range: converts to std::span<const Floor>.
  const Floor* begin() const { return floors_.data(); }
  const Floor* end() const { return floors_.data() + size_; }

 private:
  std::array<Floor, kCapacity> floors_{};
  std::size_t size_ = 0;
};

/// The floors of one octave while its samples come in. 64 of them, however many samples there are.
class OctaveFloors {
 public:
  static constexpr std::size_t kBlocks = 16;
  static constexpr std::size_t kSubBlocks = 64;

  /// `begin` must be positive.
  explicit OctaveFloors(std::uint64_t begin) : begin_(begin) {}

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return 2 * begin_; }
  double width() const { return static_cast<double>(begin_); }
  bool contains(std::uint64_t operations) const;

  /// `observation` must lie in this octave, and not before the last one.
  void add(const Observation& observation);

  /// True where `operations` lie in a later block than every sample so far: their floors are final.
  bool opens_block(std::uint64_t operations) const;

  /// Floors of the blocks that have samples.
  FloorList blocks() const;
  /// Floors of the sub-blocks that have samples.
  FloorList sub_blocks() const;
  /// Centers of the blocks that have samples.
  FloorList centers() const;

  /// At most one block of 16 without a sample: with fewer floors the trend test has no power left,
  /// and what could not have failed must not pass.
  bool is_complete() const;

  /// Mean rise from one sample to the next, falls counting 0: how far the phase of a saw-tooth can
  /// move a floor. 0 with fewer than two samples.
  double mean_rise() const;

  /// 0 where time stood still.
  double operations_per_second() const;

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t sub_block_of(std::uint64_t operations) const;

  struct SubBlock {
    Floor floor;
    bool has_samples = false;
  };
  /// The mean of the medians of `kGroup` samples in a row; the rest counts by its share.
  class Center {
   public:
    void add(double value);
    double value() const;

   private:
    static constexpr std::size_t kGroup = 5;
    double median() const;
    std::array<double, kGroup> group_{};
    std::size_t in_group_ = 0;
    double groups_ = 0, sum_ = 0;
  };
  std::uint64_t begin_;
  std::array<SubBlock, kSubBlocks> sub_blocks_{};
  std::array<Center, kBlocks> centers_{};
  std::size_t last_sub_block_ = kNone;
  Observation first_{}, last_{};
  double risen_ = 0;
  double steps_ = 0;
};

}  // namespace watertight::judge
