// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/handles.h"

#include "agent/sites.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kFewestPlaces = 128, kMostPlaces = 16384 };

// Only as many places as are needed are touched: keys that come and go (pids, inodes) would else
// wander over all of them, and the daemon's resident memory would grow.
struct Table {
  uint32_t used;
  uint32_t places;     // A power of two; 0 before the first handle.
  uint32_t beginning;  // Things that are being made now.
  struct Handle handles[kMostPlaces];
};
static struct Table handle_tables[kWatertightAgentKinds];

static uint32_t *lock_of(unsigned kind) { return &locks[kHandleLocks + kind].word; }

static uint32_t last_place(const struct Table *table) {
  return (table->places == 0 ? kFewestPlaces : table->places) - 1;
}

static uint32_t home_of(const struct Table *table, uint64_t key) {
  return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 40) & last_place(table);
}

static struct Handle *find_handle(struct Table *table, uint64_t key) {
  uint32_t i = home_of(table, key);
  while (table->handles[i].key != 0 && table->handles[i].key != key)
    i = (i + 1) & last_place(table);
  return &table->handles[i];
}

// Gives each handle its place among so many, once. False without the memory for it.
static int rehash(struct Table *table, uint32_t places) {
  const uint32_t places_before = last_place(table) + 1;
  const size_t bytes = places_before * sizeof table->handles[0];
  struct Handle *old = (struct Handle *)syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
                                                MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)0);
  if (old == MAP_FAILED) return 0;
  memcpy(old, table->handles, bytes);
  memset(table->handles, 0, bytes);
  table->places = places;
  uint32_t used = 0;
  for (uint32_t i = 0; i < places_before; ++i) {
    if (old[i].key == 0) continue;
    struct Handle *place = find_handle(table, old[i].key);
    if (place->key == 0) ++used;
    *place = old[i];
  }
  table->used = used;
  syscall(SYS_munmap, old, bytes);
  return 1;
}

static int has_room(struct Table *table) {
  const uint32_t places = last_place(table) + 1;
  if (table->used < places * 3 / 4) return 1;
  return places < kMostPlaces && rehash(table, 2 * places);
}

static void count_handle(const struct Handle *handle, int64_t sign) {
  if (!handle->is_early) count(handle->site, sign, sign * (int64_t)handle->bytes);
}

static void erase(struct Table *table, struct Handle *erased) {
  const uint32_t mask = last_place(table);
  uint32_t gap = (uint32_t)(erased - table->handles);
  for (uint32_t i = (gap + 1) & mask; table->handles[i].key != 0; i = (i + 1) & mask) {
    const uint32_t home = home_of(table, table->handles[i].key);
    if (((i - home) & mask) < ((i - gap) & mask)) continue;
    table->handles[gap] = table->handles[i];
    gap = i;
  }
  table->handles[gap].key = 0;
  --table->used;
}

// Under the lock.
static void put(struct Table *table, struct Handle handle) {
  struct Handle *place = find_handle(table, handle.key);
  if (place->key == 0) {
    if (!has_room(table)) {  // Stays counted: where so many are kept, there is a leak.
      count_handle(&handle, 1);
      note_missed();
      return;
    }
    place = find_handle(table, handle.key);  // Where it is now, in a larger table.
    ++table->used;
  } else if (place->is_early) {
    erase(table, place);
    return;
  } else {
    count_handle(place, -1);
  }
  *place = handle;
  count_handle(place, 1);
}

void add_handle(unsigned kind, uint64_t key, uint64_t bytes, const void *caller) {
  const uint32_t site = find_site(kind, caller);
  restore_handle(kind, (struct Handle){.key = key, .bytes = bytes, .site = site});
}

void restore_handle(unsigned kind, struct Handle handle) {
  if (handle.site == 0) return;
  const struct Guarded guarded = take_guarded(lock_of(kind));
  if (guarded.lock == NULL) return;
  put(&handle_tables[kind], handle);
  drop_guarded(guarded);
}

struct Handle remove_handle(unsigned kind, uint64_t key) {
  struct Handle removed = {0};
  const struct Guarded guarded = take_guarded(lock_of(kind));
  if (guarded.lock == NULL) return removed;
  struct Table *table = &handle_tables[kind];
  struct Handle *found = find_handle(table, key);
  if (found->key != 0) {
    removed = *found;
    count_handle(found, -1);
    erase(table, found);
  } else if (__atomic_load_n(&table->beginning, __ATOMIC_RELAXED) != 0) {
    put(table, (struct Handle){.key = key, .is_early = 1});
  }
  drop_guarded(guarded);
  return removed;
}

void begin_handle(unsigned kind) {
  __atomic_fetch_add(&handle_tables[kind].beginning, 1, __ATOMIC_RELAXED);
}

void end_handle(unsigned kind) {
  __atomic_fetch_sub(&handle_tables[kind].beginning, 1, __ATOMIC_RELAXED);
}

int has_handles(unsigned kind) {
  return __atomic_load_n(&handle_tables[kind].used, __ATOMIC_RELAXED) != 0;
}

static void forget_all(struct Table *table) {
  memset(table->handles, 0, (last_place(table) + 1) * sizeof table->handles[0]);
  table->used = 0;
}

void remove_all_handles(unsigned kind) {
  struct Table *table = &handle_tables[kind];
  if (table->used == 0 || table->beginning != 0) return;
  const struct Guarded guarded = take_guarded(lock_of(kind));
  if (guarded.lock == NULL) return;
  for (uint32_t i = 0; i <= last_place(table); ++i)
    if (table->handles[i].key != 0) count_handle(&table->handles[i], -1);
  forget_all(table);
  drop_guarded(guarded);
}

// What is left of a mapping where its middle goes: the part before and the part after.
static void cut_mapping(struct Table *table, struct Handle old, uint64_t start, uint64_t end) {
  const uint64_t old_end = old.key + old.bytes;
  if (old.key < start) put(table, (struct Handle){old.key, start - old.key, old.site, 0});
  if (old_end > end) put(table, (struct Handle){end, old_end - end, old.site, 0});
}

void remove_mappings(uint64_t start, uint64_t bytes) {
  if (!has_handles(kWatertightAgentMapping)) return;
  const struct Guarded guarded = take_guarded(lock_of(kWatertightAgentMapping));
  if (guarded.lock == NULL) return;
  struct Table *table = &handle_tables[kWatertightAgentMapping];
  const uint64_t end = start + bytes;
  struct Handle *exact = find_handle(table, start);
  if (exact->key != 0 && exact->bytes == bytes) {
    count_handle(exact, -1);
    erase(table, exact);
  } else {
    for (uint32_t i = 0; i <= last_place(table); ++i) {
      const struct Handle old = table->handles[i];
      if (old.key == 0 || old.key >= end || old.key + old.bytes <= start) continue;
      const uint32_t places = table->places;
      count_handle(&old, -1);
      erase(table, &table->handles[i]);
      cut_mapping(table, old, start, end);
      i = table->places == places ? i - 1 : UINT32_MAX;  // Another may have moved here, or all.
    }
  }
  drop_guarded(guarded);
}

static void mend(struct Table *table) {
  const uint32_t used = table->used;
  if (!rehash(table, last_place(table) + 1) || table->used + 1 < used) note_missed();
}

void inherit_handles(void) {
  for (unsigned kind = 0; kind < kWatertightAgentKinds; ++kind) {
    struct Table *table = &handle_tables[kind];
    table->beginning = 0;
    if (kind != kWatertightAgentMapping) {
      if (table->used != 0) forget_all(table);
      continue;
    }
    // Another thread was changing the table: each mapping once, where it can be found.
    if (was_held_at_fork(lock_of(kind))) mend(table);
    for (uint32_t i = 0; table->used != 0 && i <= last_place(table); ++i)
      if (table->handles[i].key != 0) count_handle(&table->handles[i], 1);
  }
}
