// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/blocks.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// A key is the address in units of 8 bytes (45 bits), then the site. 0: free.
enum { kSiteBits = 19, kFirstLog2 = 8 };
static const uint32_t kHugeSize = UINT32_MAX;  // Asked for more: what the allocator gave counts.

// Where the places are, and in the low bits the binary logarithm of their number: one word, so that
// a forked child never sees the one without the other. All keys first, then all sizes.
struct Table {
  uintptr_t places;  // 0: none yet.
  uint64_t used;
} __attribute__((aligned(64)));

static struct Table tables[kWatertightAgentPlanes];

static uint32_t log2_of(const struct Table *table) { return table->places & 63; }
static uint64_t *keys_of(const struct Table *table) {
  return (uint64_t *)(table->places & ~(uintptr_t)63);
}
static uint32_t *sizes_of(const struct Table *table) {
  return (uint32_t *)(keys_of(table) + ((size_t)1 << log2_of(table)));
}

static uint64_t key_of(const void *block, uint32_t site) {
  return (uint64_t)((uintptr_t)block >> 3) << kSiteBits | site;
}
static uint32_t site_of(uint64_t key) { return (uint32_t)key & ((1u << kSiteBits) - 1); }

static uint32_t plane_of(uint64_t hash) { return (uint32_t)(hash >> 60); }
static uint64_t first_place(const struct Table *table, uint64_t hash) {
  return hash << 4 >> (64 - log2_of(table));
}
static uint64_t hash_of(uint64_t key) { return (key >> kSiteBits) * 0x9e3779b97f4a7c15u; }

static size_t bytes_of(const void *block, uint32_t size) {
  return size == kHugeSize && next.malloc_usable_size != NULL
             ? next.malloc_usable_size((void *)block)
             : size;
}

static void count_block(uint32_t plane, uint32_t site, int64_t things, int64_t bytes) {
  struct WatertightAgentCounter *counter = &slot->counters[plane][site];
  // One writer at a time, under the lock; the harness only reads.
  __atomic_store_n(&counter->bytes, counter->bytes + bytes, __ATOMIC_RELAXED);
  __atomic_store_n(&counter->count, counter->count + things, __ATOMIC_RELAXED);
}

// The place of the block, or the free one where it belongs.
static uint64_t find_place(const struct Table *table, uint64_t hash, uint64_t key) {
  const uint64_t mask = (1ull << log2_of(table)) - 1;
  const uint64_t *keys = keys_of(table);
  uint64_t place = first_place(table, hash);
  while (keys[place] != 0 && (keys[place] ^ key) >> kSiteBits != 0) place = (place + 1) & mask;
  return place;
}

// The size before the key: at every moment a key that can be found has its size.
static void fill_place(struct Table *table, uint64_t place, uint64_t key, uint32_t size) {
  __atomic_store_n(&sizes_of(table)[place], size, __ATOMIC_RELAXED);
  __atomic_store_n(&keys_of(table)[place], key, __ATOMIC_RELEASE);
}

static size_t table_bytes(uint32_t log2) {
  return ((size_t)1 << log2) * (sizeof(uint64_t) + sizeof(uint32_t));
}

// The harness takes it off what the daemon holds.
static void count_table(int64_t bytes) {
  __atomic_fetch_add(&slot->table_bytes, bytes, __ATOMIC_RELAXED);
}

static int allocate(struct Table *table, uint32_t log2) {
  void *memory = (void *)syscall(SYS_mmap, NULL, table_bytes(log2), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *table = (struct Table){memory == MAP_FAILED ? 0 : (uintptr_t)memory | log2, 0};
  return memory != MAP_FAILED;
}

// Moves all blocks to new places, each once; what stands earlier is the truth.
static int move_blocks(struct Table *table, uint32_t log2) {
  struct Table moved;
  const struct Table old = *table;
  const int saved_errno = errno;
  const int has_moved = allocate(&moved, log2);
  if (has_moved) {
    for (uint64_t i = 0; old.places != 0 && i >> log2_of(&old) == 0; ++i) {
      const uint64_t key = keys_of(&old)[i];
      if (key == 0) continue;
      const uint64_t place = find_place(&moved, hash_of(key), key);
      if (keys_of(&moved)[place] != 0) continue;
      fill_place(&moved, place, key, sizes_of(&old)[i]);
      ++moved.used;
    }
    *(volatile struct Table *)table = moved;
    count_table((int64_t)table_bytes(log2));
    if (old.places != 0) {
      syscall(SYS_munmap, keys_of(&old), table_bytes(log2_of(&old)));
      count_table(-(int64_t)table_bytes(log2_of(&old)));
    }
  }
  errno = saved_errno;
  return has_moved;
}

static int has_room(struct Table *table) {
  if (table->places == 0) return move_blocks(table, kFirstLog2);
  const uint64_t places = 1ull << log2_of(table);
  return table->used < places / 4 * 3 || move_blocks(table, log2_of(table) + 1) ||
         table->used + 1 < places;
}

void add_block(const void *block, size_t bytes, uint32_t site) {
  const uint64_t hash = block_hash(block), key = key_of(block, site);
  const uint32_t plane = plane_of(hash);
  struct Table *table = &tables[plane];
  if ((uintptr_t)block >> 48 != 0 || !take_lock(&locks[plane].word)) {
    note_missed_block();
    return;
  }
  if (has_room(table)) {
    const uint32_t size = bytes < kHugeSize ? (uint32_t)bytes : kHugeSize;
    const uint64_t place = find_place(table, hash, key), old = keys_of(table)[place];
    if (WATERTIGHT_UNLIKELY(old != 0)) {
      count_block(plane, site_of(old), -1, -(int64_t)bytes_of(block, sizes_of(table)[place]));
    } else {
      ++table->used;
    }
    fill_place(table, place, key, size);
    count_block(plane, site, 1, (int64_t)bytes_of(block, size));
  } else {
    note_missed_block();
  }
  drop_lock(&locks[plane].word);
}

// Closes the gap that a removed block leaves, so that searches need no marks.
static void empty_place(struct Table *table, uint64_t gap) {
  const uint64_t mask = (1ull << log2_of(table)) - 1;
  uint64_t *keys = keys_of(table);
  for (uint64_t i = (gap + 1) & mask; keys[i] != 0; i = (i + 1) & mask) {
    const uint64_t home = first_place(table, hash_of(keys[i]));
    if (((i - home) & mask) < ((i - gap) & mask)) continue;
    fill_place(table, gap, keys[i], sizes_of(table)[i]);
    gap = i;
  }
  keys[gap] = 0;
  --table->used;
}

struct Block remove_block(const void *block) {
  struct Block removed = {0, 0};
  const uint64_t hash = block_hash(block);
  const uint32_t plane = plane_of(hash);
  struct Table *table = &tables[plane];
  if (!take_lock(&locks[plane].word)) {
    note_missed_block();
    return removed;
  }
  if (table->places != 0) {
    const uint64_t place = find_place(table, hash, key_of(block, 0));
    const uint64_t key = keys_of(table)[place];
    if (key != 0) {
      removed.site = site_of(key);
      removed.bytes = bytes_of(block, sizes_of(table)[place]);
      count_block(plane, removed.site, -1, -(int64_t)removed.bytes);
      empty_place(table, place);
    }
  }
  drop_lock(&locks[plane].word);
  return removed;
}

void inherit_blocks(void) {
  for (uint32_t plane = 0; plane < kWatertightAgentPlanes; ++plane) {
    struct Table *table = &tables[plane];
    if (table->places == 0) continue;
    count_table((int64_t)table_bytes(log2_of(table)));
    if (was_held_at_fork(&locks[plane].word)) move_blocks(table, log2_of(table));
    for (uint64_t i = 0; i >> log2_of(table) == 0; ++i) {
      const uint64_t key = keys_of(table)[i];
      if (key == 0) continue;
      const void *block = (const void *)(uintptr_t)(key >> kSiteBits << 3);
      count_block(plane, site_of(key), 1, (int64_t)bytes_of(block, sizes_of(table)[i]));
    }
  }
}
