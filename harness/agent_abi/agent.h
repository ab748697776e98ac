// SPDX-License-Identifier: Apache-2.0
#ifndef WATERTIGHT_AGENT_ABI_AGENT_H_
#define WATERTIGHT_AGENT_ABI_AGENT_H_

/// \file The memory that the agent in the daemon's processes and the harness share: one file, made
/// by the harness at its full size (sparse) before the launch, mapped by every process of the
/// daemon.
///
/// Header, then `slot_count` slots of `slot_bytes`. A process owns one slot; what a forked child
/// owns starts as a copy of what its parent held. An area rather than a file for each process,
/// because a child that has changed its root or its user can no longer open one, and a descriptor
/// kept for it would be one more in the daemon's table.
///
/// Little is trusted on either side: the agent refuses an area whose magic, version or sizes are
/// not its own, and the harness bounds every index that it reads. C and C++; fields are read and
/// written with the __atomic builtins.

#include <stdint.h>

/// The environment variable that names the file.
#define WATERTIGHT_AGENT_VARIABLE "WATERTIGHT_AGENT_AREA"

#define WATERTIGHT_AGENT_MAGIC 0x746e656761747477u
#define WATERTIGHT_AGENT_VERSION 1u

enum {
  kWatertightAgentPage = 4096,
  kWatertightAgentSites = 4096,   ///< Of one process. Later ones count for the site of their kind.
  kWatertightAgentStripes = 16,   ///< Copies of the counters, so that threads seldom share one.
  kWatertightAgentFds = 65536,    ///< Descriptors with higher numbers are not counted.
  kWatertightAgentStacks = 1024,  ///< Distinct stacks of one process.
  kWatertightAgentFrames = 32,    ///< Innermost frames of a stack that are kept.
  kWatertightAgentMostSlots = 256,
};

/// What a site holds. Site N, N below kWatertightAgentKinds, stands for all sites of kind N that
/// found no place.
enum {
  kWatertightAgentHeap = 1,
  kWatertightAgentFd = 2,
  kWatertightAgentThread = 3,  ///< Created, neither joined nor detached; ended ones included.
  kWatertightAgentChild = 4,   ///< Started and not waited for.
  kWatertightAgentFile = 5,    ///< Made and not removed.
  kWatertightAgentMapping = 6,
  kWatertightAgentKinds = 7,
};

/// At offset 0 of the area; a page.
struct WatertightAgentArea {
  uint64_t magic;
  uint32_t version;
  uint32_t slot_count;
  uint64_t slot_bytes;  ///< sizeof(struct WatertightAgentSlot)
  /// 0: every block is counted. N: only blocks whose address hashes to 0 modulo 2^N are, each
  /// standing for 2^N.
  uint32_t sample_shift;
  /// Bit K: new sites of kind K take stacks from the start.
  uint32_t stack_kinds;
  uint32_t refused;      ///< Written by the agent: processes that found no slot.
  uint32_t generations;  ///< Written by the agent: owners so far.
  /// Of each slot. 0: free. Low half: pid as the process sees it; high half: generation, which
  /// differs from owner to owner. The harness frees the slots of processes that have ended.
  uint64_t owners[kWatertightAgentMostSlots];
  char padding[kWatertightAgentPage - 40 - 8 * kWatertightAgentMostSlots];
};

/// A call site, told by the return address of the hook, or one stack below a site that takes
/// stacks.
struct WatertightAgentSite {
  uint64_t caller;        ///< Return address in the process that owns the slot.
  uint32_t takes_stacks;  ///< Written by the harness: what is counted from now on, is by stack.
  uint16_t kind;
  uint16_t stack;  ///< Index into `stacks` plus 1; 0: a site without stack.
};

/// What is live of a site: the sum over all stripes.
struct WatertightAgentCounter {
  int64_t bytes;  ///< As asked for, not as rounded by the allocator. Mappings: their length.
  int64_t count;  ///< Blocks, descriptors, threads, …
};

struct WatertightAgentStack {
  uint64_t depth;
  uint64_t frames[kWatertightAgentFrames];  ///< Return addresses, innermost first.
};

/// One process. Sites and stacks are only ever added, and are complete once counted.
struct WatertightAgentSlot {
  uint64_t ready;       ///< Equal to the slot's owner once the slot can be read.
  uint64_t claimed_at;  ///< CLOCK_BOOTTIME, nanoseconds.
  uint32_t site_count;
  uint32_t stack_count;
  uint32_t fd_count;  ///< Descriptors from here on were never counted.
  uint32_t reserved;
  /// Events that were not counted: no memory, no place, or within a hook. Of the heap, of the rest.
  uint64_t missed_blocks, missed;
  uint64_t table_bytes;  ///< Of anonymous memory in which the agent itself keeps live blocks.
  char padding[kWatertightAgentPage - 56];
  struct WatertightAgentSite sites[kWatertightAgentSites];
  struct WatertightAgentCounter counters[kWatertightAgentStripes][kWatertightAgentSites];
  uint16_t fds[kWatertightAgentFds];  ///< Site of each open descriptor; 0: opened unseen.
  struct WatertightAgentStack stacks[kWatertightAgentStacks];
};

#ifdef __cplusplus
static_assert(sizeof(WatertightAgentArea) == kWatertightAgentPage, "slots lie on pages");
static_assert(sizeof(WatertightAgentSlot) % kWatertightAgentPage == 0, "slots lie on pages");
#else
_Static_assert(sizeof(struct WatertightAgentArea) == kWatertightAgentPage, "slots lie on pages");
_Static_assert(sizeof(struct WatertightAgentSlot) % kWatertightAgentPage == 0,
               "slots lie on pages");
#endif

#endif  // WATERTIGHT_AGENT_ABI_AGENT_H_
