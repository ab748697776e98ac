// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a running daemon, gives samples of its whole process tree. Only reads: no signal, no
/// ptrace, no connection, nothing that the daemon could notice.

#include "probe/file_census.h"
#include "probe/heap_watch.h"
#include "probe/process_watch.h"
#include "probe/resource.h"

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace watertight::probe {

/// What to look at.
struct Target {
  pid_t root = 0;               ///< Parent of the tree (the guard); itself not counted.
  pid_t main = 0;               ///< Main process of the daemon.
  std::filesystem::path state;  ///< `{state}`.
  /// Folders where it may leave files among those of others, beside its working directory.
  std::vector<std::filesystem::path> shared = {"/tmp", "/var/tmp"};
  AgentArea* agent = nullptr;  ///< Where the agent counts in it; outlives the sampler.
};

/// How much of a limit is used up.
struct Fill {
  double used = 0;
  double limit = 0;
  double share() const { return used / limit; }
};

class Sampler {
 public:
  explicit Sampler(Target target);

  enum class Depth { kCheap, kWide };

  /// One look. A wide one costs time in proportion to descriptors, mappings and files; a cheap one
  /// does not.
  Sample take(std::uint64_t operations, double seconds, Depth depth);

  /// Processes that are alive now; costs as much as a cheap sample, however many zombies there are.
  std::vector<pid_t> live_processes();

  /// How near the fullest process came, at the last sample that looked, to the limit of a resource:
  /// RLIMIT_NOFILE of descriptors, vm.max_map_count of mappings. Empty for a resource without one.
  const std::optional<Fill>& fill(Resource resource) const {
    return fill_[static_cast<std::size_t>(resource)];
  }

  /// What the last look found: live processes, zombies, and, where it was a wide one, files.
  const std::vector<pid_t>& live() const { return live_; }
  const std::set<pid_t>& zombies() const { return zombies_; }
  const FileCensus& files() const { return census_; }

  /// What the agent counts, and what it does not; empty without an agent.
  const std::optional<HeapWatch>& heap() const { return heap_; }

  /// System V objects of the daemon's user that are younger than this sampler, by kind.
  std::vector<std::string> system_v_objects() const;

  /// Why a resource cannot be looked at, and the remedy; empty where it can.
  const std::string& blind_reason(Resource resource) const {
    return blind_[static_cast<std::size_t>(resource)];
  }

 private:
  void look_at_processes(Sample& sample);
  void add_process(pid_t pid, const ProcessWatch::Reading& reading, Sample& sample);
  void note_fill(Resource resource, double used, double limit);
  void look_at_heap(Sample& sample);
  void look_wide(Sample& sample);
  void look_at_mappings(Sample& sample);
  void look_at_descriptors(Sample& sample);
  void look_at_folders(Sample& sample);
  double count_close_wait(const std::vector<std::uint64_t>& sockets);

  pid_t root_;
  AgentArea* agent_;
  std::optional<HeapWatch> heap_;
  ChildrenFiles root_children_;
  std::map<pid_t, ProcessWatch> watches_;
  std::set<pid_t> zombies_;
  std::optional<std::unordered_set<std::uint64_t>> first_sockets_;  ///< Inodes.
  /// Inodes that have been in CLOSE_WAIT, and were still open at the last look.
  std::unordered_set<std::uint64_t> half_closed_;
  std::vector<pid_t> live_;     ///< Of the last look, zombies left out.
  std::vector<pid_t> pending_;  ///< Kept for its capacity.
  std::array<std::optional<Fill>, kResourceCount> fill_{};
  std::array<std::string, kResourceCount> blind_;
  uid_t user_;
  std::uint64_t since_;  ///< Wall clock, seconds.
  FileCensus census_;
};

}  // namespace watertight::probe
