// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/blocks.h"
#include "agent/sites.h"

/// Counts a block that `caller` was given, and gives it back; NULL is none.
static inline void *note_block(void *block, size_t bytes, const void *caller) {
  if (block != NULL && is_counting() && is_sampled(block_hash(block)))
    add_block(block, bytes, find_site(kWatertightAgentHeap, caller));
  return block;
}

/// Uncounts a block that is about to be freed, and gives back what was known of it.
static inline struct Block forget_block(const void *block) {
  if (block != NULL && is_counting() && is_sampled(block_hash(block))) return remove_block(block);
  return (struct Block){0, 0};
}
