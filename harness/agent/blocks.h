// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Every live block: its address, how many bytes were asked for, and the site that did.
///
/// Kept beside the heap, in open-addressing tables keyed by address: a header or a trailing tag
/// within the blocks would move size classes and alignment, be written over by daemons that use
/// malloc_usable_size(), and be looked for in blocks that another allocator made. A block that is
/// not in the table (made before the agent, or by a function that is not hooked) is simply not
/// ours.
///
/// Memory: 12 bytes a place, doubled at three quarters full: 16 to 32 bytes for a live block.

#include "agent/slot.h"

/// Counts a block that was just made. What stood at its address before was freed unseen, and is
/// uncounted.
void add_block(const void *block, size_t bytes, uint32_t site);

/// What was known of a block.
struct Block {
  uint32_t site;  ///< 0: nothing.
  size_t bytes;
};

/// Uncounts a block that is about to be freed.
struct Block remove_block(const void *block);

/// In a forked child: counts what its parent held in the slot that is now its own.
void inherit_blocks(void);

static inline uint64_t block_hash(const void *block) {
  return ((uintptr_t)block >> 3) * 0x9e3779b97f4a7c15u;
}

/// Whether a block with this hash is looked at. Told by its address, so that no free has to look it
/// up; addresses of live blocks differ, so each stands for as many others.
static inline int is_sampled(uint64_t hash) { return (hash >> 20 & sample_mask) == 0; }
