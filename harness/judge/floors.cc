// SPDX-License-Identifier: Apache-2.0
#include "judge/floors.h"

#include <algorithm>

namespace watertight::judge {
namespace {

constexpr std::size_t kSubBlocksPerBlock = OctaveFloors::kSubBlocks / OctaveFloors::kBlocks;

}  // namespace

bool OctaveFloors::contains(std::uint64_t operations) const {
  return begin_ <= operations && operations < end();
}

std::size_t OctaveFloors::sub_block_of(std::uint64_t operations) const {
  // An octave is as wide as its begin. In double: a product of integers could overflow.
  const double position = static_cast<double>(operations - begin_) / static_cast<double>(begin_);
  return std::min(static_cast<std::size_t>(position * kSubBlocks), kSubBlocks - 1);
}

void OctaveFloors::add(const Observation& observation) {
  if (last_sub_block_ == kNone) {
    first_ = observation;
  } else {
    risen_ += std::max(0.0, observation.value - last_.value);
    ++steps_;
  }
  last_ = observation;
  last_sub_block_ = sub_block_of(observation.operations);
  SubBlock& sub_block = sub_blocks_[last_sub_block_];
  if (!sub_block.has_samples) {
    sub_block = {{static_cast<double>(observation.operations), observation.value}, true};
  } else {
    sub_block.floor.value = std::min(sub_block.floor.value, observation.value);
  }
  centers_[last_sub_block_ / kSubBlocksPerBlock].add(observation.value);
}

void OctaveFloors::Center::add(double value) {
  // Kept in order, by insertion.
  std::size_t i = in_group_++;
  for (; i > 0 && group_[i - 1] > value; --i) group_[i] = group_[i - 1];
  group_[i] = value;
  if (in_group_ < kGroup) return;
  sum_ += median();
  ++groups_;
  in_group_ = 0;
}

double OctaveFloors::Center::median() const {
  return (group_[(in_group_ - 1) / 2] + group_[in_group_ / 2]) / 2;
}

double OctaveFloors::Center::value() const {
  if (in_group_ == 0) return sum_ / groups_;
  const double share = static_cast<double>(in_group_) / kGroup;
  return (sum_ + share * median()) / (groups_ + share);
}

bool OctaveFloors::opens_block(std::uint64_t operations) const {
  return last_sub_block_ != kNone &&
         sub_block_of(operations) / kSubBlocksPerBlock > last_sub_block_ / kSubBlocksPerBlock;
}

FloorList OctaveFloors::blocks() const {
  FloorList floors;
  for (std::size_t block = 0; block < kBlocks; ++block) {
    SubBlock lowest;
    for (std::size_t i = 0; i < kSubBlocksPerBlock; ++i) {
      const SubBlock& sub_block = sub_blocks_[block * kSubBlocksPerBlock + i];
      if (!sub_block.has_samples) continue;
      if (!lowest.has_samples) lowest = sub_block;
      lowest.floor.value = std::min(lowest.floor.value, sub_block.floor.value);
    }
    if (lowest.has_samples) floors.push_back(lowest.floor);
  }
  return floors;
}

FloorList OctaveFloors::sub_blocks() const {
  FloorList floors;
  for (const SubBlock& sub_block : sub_blocks_) {
    if (sub_block.has_samples) floors.push_back(sub_block.floor);
  }
  return floors;
}

FloorList OctaveFloors::centers() const {
  FloorList result;
  for (std::size_t block = 0; block < kBlocks; ++block) {
    for (std::size_t i = 0; i < kSubBlocksPerBlock; ++i) {
      const SubBlock& sub_block = sub_blocks_[block * kSubBlocksPerBlock + i];
      if (!sub_block.has_samples) continue;
      result.push_back({sub_block.floor.operations, centers_[block].value()});
      break;
    }
  }
  return result;
}

bool OctaveFloors::is_complete() const { return blocks().size() + 1 >= kBlocks; }

double OctaveFloors::mean_rise() const { return steps_ > 0 ? risen_ / steps_ : 0; }

double OctaveFloors::operations_per_second() const {
  const double seconds = last_.seconds - first_.seconds;
  return seconds > 0 ? static_cast<double>(last_.operations - first_.operations) / seconds : 0;
}

}  // namespace watertight::judge
