// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/blocks.h"
#include "agent/sites.h"

/// Counts a block that `caller` was given, where blocks with its hash are counted, and gives it
/// back; NULL is none.
static inline void *note_block(void *block, size_t bytes, const void *caller) {
  if (WATERTIGHT_UNLIKELY(block == NULL)) {
    self.new_caller = NULL;  // operator new throws, or asks its handler to make room.
    return NULL;
  }
  return may_count(block_hash(block)) ? note_made(block, bytes, caller) : block;
}

/// Uncounts a block that is about to be freed, and gives back what was known of it.
static inline struct Block forget_block(const void *block) {
  if (block != NULL && may_count(block_hash(block)) && is_counting()) return remove_block(block);
  return (struct Block){0, 0};
}
