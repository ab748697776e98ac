// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent_abi/agent.h"
#include "posix/shared_mapping.h"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight::probe {

/// What the agent counts.
enum class AgentKind {
  kHeap = kWatertightAgentHeap,
  kFd = kWatertightAgentFd,
  kThread = kWatertightAgentThread,
  kChild = kWatertightAgentChild,
  kFile = kWatertightAgentFile,
  kMapping = kWatertightAgentMapping,
};

struct AgentCount {
  std::int64_t count = 0;  ///< Blocks, descriptors, threads, …
  std::int64_t bytes = 0;  ///< Of heap (as asked for) and mappings; else 0.

  bool operator==(const AgentCount&) const = default;
  AgentCount& operator+=(const AgentCount& other) {
    count += other.count;
    bytes += other.bytes;
    return *this;
  }
};

/// What is live of one call site of one process.
struct AgentSite {
  std::uint32_t number = 0;  ///< In this process, for as long as it runs one program.
  AgentKind kind = AgentKind::kHeap;
  std::uint64_t caller = 0;  ///< Return address; 0: all sites that found no place.
  /// Return addresses, innermost first, `caller` the first; empty where none was taken. The
  /// modules that they lie in are in `/proc/PID/maps`.
  std::vector<std::uint64_t> frames;
  AgentCount live;
};

/// What the agent (harness/agent) counted in the processes of one daemon, read while they run.
///
/// Takes nothing for granted: what a daemon could have written over is bounded before it is used.
class AgentArea {
 public:
  struct Options {
    std::uint32_t slots = 128;       ///< Processes at one time; at most kWatertightAgentMostSlots.
    std::uint32_t sample_shift = 0;  ///< 0: every block; N: one block of 2^N.
    bool has_stacks = true;          ///< Of all kinds but the heap, from the start.
  };

  /// Makes the file, which a daemon is told of by `variable()`. Throws HarnessError.
  AgentArea(const std::filesystem::path& file, const Options& options);
  explicit AgentArea(const std::filesystem::path& file) : AgentArea(file, Options{}) {}

  /// In a file that is there: empty, or an area with the same options, which goes on as it is.
  static AgentArea in(const std::filesystem::path& file, const Options& options);

  /// `NAME=value` for the daemon's environment.
  const std::string& variable() const { return variable_; }

  /// Whether the agent counts in a process. False for a static or setuid program, one for another
  /// libc, and where there were more processes than slots. A process that has just called exec
  /// counts for a moment as what it was before.
  bool is_counting(pid_t pid) const { return find(pid) != nullptr; }

  /// What is live of a kind; empty where the agent does not count in the process.
  std::optional<AgentCount> total(pid_t pid, AgentKind kind) const;

  /// The sites of a process, those of which nothing is live left out.
  std::vector<AgentSite> sites(pid_t pid) const;

  /// The site that opened a descriptor; empty where it was not seen.
  std::optional<std::uint32_t> site_of_descriptor(pid_t pid, int fd) const;

  /// From now on what the site counts is told apart by stack. What it has counted stays where it
  /// is. False where there is no such site.
  bool take_stacks(pid_t pid, std::uint32_t site);

  /// Events of a kind that a process did not count: no memory, no place, or within a hook. Of all
  /// kinds but the heap together.
  std::uint64_t missed(pid_t pid, AgentKind kind) const;
  /// Anonymous memory of a process that is the agent's own.
  std::uint64_t own_bytes(pid_t pid) const;
  /// Processes that found no slot.
  std::uint32_t refused() const;

  /// Frees the slots of processes that have ended, for others.
  void release_ended();

 private:
  AgentArea(posix::SharedMapping memory, const std::filesystem::path& file, const Options& options);
  WatertightAgentArea& header() const;
  WatertightAgentSlot& slot(std::uint32_t index) const;
  WatertightAgentSlot* find(pid_t pid) const;
  AgentCount live(const WatertightAgentSlot& slot, std::uint32_t site) const;
  std::int64_t weight(AgentKind kind) const;

  posix::SharedMapping memory_;
  std::uint32_t slots_;
  std::uint32_t sample_shift_;
  std::string variable_;
};

}  // namespace watertight::probe
