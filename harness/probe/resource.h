// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/verdict.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace watertight::probe {

/// What is measured of the whole process tree of a daemon.
enum class Resource {
  kFds,
  kRss,
  kHeap,
  kThreads,
  kChildren,
  kZombies,  // cheap: in every sample
  kUnjoinedThreads,
  kMaps,
  kFiles,
  kDeletedFiles,
  kCloseWait,
  kIpc,
  kLocks,
  kInner,  // wide: at window edges
};
inline constexpr std::size_t kResourceCount = 14;

struct ResourceTraits {
  Resource resource;
  std::string_view id;     ///< `fds`; the check is `growth.fds`.
  std::string_view unit;   ///< `fd`, `byte`, `thread`, …
  std::string_view title;  ///< For people: "file descriptors".
  double quantum;          ///< Smallest step.
  bool is_exact;           ///< A count; else there is noise, and what it hides.
  bool is_wide;            ///< Dear: sampled at window edges only.
  Severity severity;
};

const std::array<ResourceTraits, kResourceCount>& all_resources();
const ResourceTraits& traits(Resource resource);
/// Empty for an unknown id.
std::optional<Resource> find_resource(std::string_view id);

/// One look at the daemon. A value that was not looked at is empty.
struct Sample {
  std::uint64_t operations = 0;
  double seconds = 0;
  std::array<std::optional<double>, kResourceCount> values{};
  /// Share of its limit that the fullest process has used up; RLIMIT_NOFILE of descriptors,
  /// vm.max_map_count of mappings.
  std::array<std::optional<double>, kResourceCount> fills{};

  std::optional<double>& operator[](Resource r) { return values[static_cast<std::size_t>(r)]; }
  const std::optional<double>& operator[](Resource r) const {
    return values[static_cast<std::size_t>(r)];
  }
  const std::optional<double>& fill(Resource r) const { return fills[static_cast<std::size_t>(r)]; }
};

}  // namespace watertight::probe
