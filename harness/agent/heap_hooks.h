// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/blocks.h"
#include "agent/sites.h"

/// Counts a block that `caller` was given, and gives it back.
void *note_made(void *block, size_t bytes, const void *caller);

/// The same where blocks with its hash are counted; NULL is none.
static inline void *note_block(void *block, size_t bytes, const void *caller) {
  return block != NULL && counts_block(block_hash(block)) ? note_made(block, bytes, caller) : block;
}

/// Uncounts a block that is about to be freed, and gives back what was known of it.
static inline struct Block forget_block(const void *block) {
  if (block != NULL && counts_block(block_hash(block))) return remove_block(block);
  return (struct Block){0, 0};
}
