// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Every live block: its address, how many bytes were asked for, and the site that did.
///
/// Kept beside the heap, in a map of it: a header or a trailing tag within the blocks would move
/// size classes and alignment, be written over by daemons that use malloc_usable_size(), and be
/// looked for in blocks that another allocator made. A block that is not in the map (made before
/// the agent, or by a function that is not hooked) is simply not ours.
///
/// A map rather than a hash table, because a block's place in it belongs to whoever the block
/// belongs to: no lock, no search, nothing that grows, and a fork at any moment finds it whole.
///
/// Memory, in pages that are touched when the heap's are: 4 bytes for a block of 24, an eighth of
/// its size for one of less than 256, at most 32 for a larger one where there are others of about
/// its size, and a page for one of a MiB or more.

#include "agent/slot.h"

/// Counts a block that was just made. What stood at its address before, of about its size, was
/// freed unseen and is uncounted.
void add_block(const void *block, size_t bytes, uint32_t site);

/// What was known of a block.
struct Block {
  uint32_t site;  ///< 0: nothing.
  size_t bytes;
};

/// Uncounts a block that is about to be freed.
struct Block remove_block(const void *block);

/// Counts a block that `caller` was given, or who waits in `self.new_caller`; gives it back.
void *note_made(void *block, size_t bytes, const void *caller);

/// Uncounts a block, unless operator delete has, and frees it.
void free_made(void *block);

/// Once `next` is known.
void prepare_blocks(void);

/// In a forked child: counts what its parent held in the slot that is now its own.
void inherit_blocks(void);

static inline uint64_t block_hash(const void *block) {
  return ((uintptr_t)block >> 3) * 0x9e3779b97f4a7c15u;
}
