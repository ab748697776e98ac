// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/sites.h"

#include "agent/stacks.h"

#include <string.h>

struct SiteOfKey site_index[kSiteIndexSize];

static uint32_t site_count;  // Those for sites without a place included, once there is any.
static uint32_t stack_count;
static uint32_t unwinding;

// Where the key is, or is to be.
static struct SiteOfKey *index_of(uint64_t key) {
  for (uint32_t i = site_hash(key);; i = (i + 1) % kSiteIndexSize) {
    const uint64_t here = __atomic_load_n(&site_index[i].key, __ATOMIC_ACQUIRE);
    if (here == key || here == 0) return &site_index[i];
  }
}

static void publish(uint64_t key, struct SiteOfKey *index, struct WatertightAgentSite about) {
  const uint32_t site = site_count++;
  slot->sites[site] = about;
  __atomic_store_n(&slot->site_count, site_count, __ATOMIC_RELEASE);
  index->site = site;
  __atomic_store_n(&index->key, key, __ATOMIC_RELEASE);
}

static void publish_places_for_the_rest(void) {
  if (site_count != 0) return;
  for (uint16_t kind = 0; kind < kWatertightAgentKinds; ++kind)
    slot->sites[kind] = (struct WatertightAgentSite){.kind = kind};
  site_count = kWatertightAgentKinds;
}

static uint32_t find_or_add_site(unsigned kind, const void *caller) {
  const uint64_t key = site_key(kind, caller);
  const struct SiteOfKey *known = index_of(key);
  if (known->key == key) return known->site;
  if (!take_lock(&locks[kSiteLock].word)) return kind;
  publish_places_for_the_rest();
  struct SiteOfKey *index = index_of(key);
  if (index->key == 0 && site_count < kWatertightAgentSites)
    publish(key, index,
            (struct WatertightAgentSite){.caller = (uintptr_t)caller,
                                         .takes_stacks = stack_kinds >> kind & 1,
                                         .kind = (uint16_t)kind});
  const uint32_t site = index->site;
  drop_lock(&locks[kSiteLock].word);
  return site != 0 ? site : kind;
}

static uint64_t stack_key(uint32_t site, const struct WatertightAgentStack *stack) {
  uint64_t hash = site;
  for (uint64_t i = 0; i < stack->depth; ++i) {
    hash = (hash ^ stack->frames[i]) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return 1ull << 63 | hash;
}

static uint32_t add_stack_site(uint32_t site, unsigned kind, const void *caller,
                               const struct WatertightAgentStack *stack) {
  if (!take_lock(&locks[kSiteLock].word)) return site;
  const uint64_t key = stack_key(site, stack);
  struct SiteOfKey *index = index_of(key);
  if (index->key == 0 && site_count < kWatertightAgentSites &&
      stack_count < kWatertightAgentStacks) {
    slot->stacks[stack_count++] = *stack;
    __atomic_store_n(&slot->stack_count, stack_count, __ATOMIC_RELEASE);
    publish(
        key, index,
        (struct WatertightAgentSite){
            .caller = (uintptr_t)caller, .kind = (uint16_t)kind, .stack = (uint16_t)stack_count});
  }
  const uint32_t found = index->site;
  drop_lock(&locks[kSiteLock].word);
  return found != 0 ? found : site;
}

// Stacks that were taken lately, by where they were taken. Most of what a daemon does it does again
// from the same depth.
static struct Known {
  uint32_t is_busy;
  uint32_t site;
  uint32_t stack_site;  // 0: none yet.
  uintptr_t frame;
  struct StackPlace place;
  struct WatertightAgentStack stack;
} known_stacks[256];

static struct Known *known_at(uint32_t site, uintptr_t frame) {
  const uint64_t hash = (frame >> 4 ^ (uint64_t)site << 32) * 0x9e3779b97f4a7c15u;
  return &known_stacks[hash >> 56];
}

static uint32_t take_stack_site(uint32_t site, unsigned kind, const void *caller,
                                struct Known *known, uintptr_t frame) {
  struct Known taken = {.site = site, .frame = frame};
  take_stack(&taken.stack, &taken.place, caller);
  self.held = NULL;
  taken.stack_site = add_stack_site(site, kind, caller, &taken.stack);
  self.held = &unwinding;
  if (taken.stack_site == site || __atomic_exchange_n(&known->is_busy, 1, __ATOMIC_ACQUIRE))
    return taken.stack_site;
  taken.is_busy = 1;
  *known = taken;
  __atomic_store_n(&known->is_busy, 0, __ATOMIC_RELEASE);
  return taken.stack_site;
}

static uint32_t find_stack_site(uint32_t site, unsigned kind, const void *caller) {
  if (self.held != NULL) return site;
  self.held = &unwinding;  // What the unwinder itself calls is not counted.
  const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  struct Known *known = known_at(site, frame);
  uint32_t found = 0;
  if (!__atomic_exchange_n(&known->is_busy, 1, __ATOMIC_ACQUIRE)) {
    if (known->stack_site != 0 && known->site == site && known->frame == frame &&
        is_still_there(&known->stack, &known->place, caller))
      found = known->stack_site;
    __atomic_store_n(&known->is_busy, 0, __ATOMIC_RELEASE);
  }
  if (found == 0) found = take_stack_site(site, kind, caller, known, frame);
  self.held = NULL;
  return found;
}

uint32_t find_site(unsigned kind, const void *caller) {
  const uint32_t known = known_site(kind, caller);
  if (known != 0) return known;
  const uint32_t site = find_or_add_site(kind, caller);
  return takes_stacks(site) ? find_stack_site(site, kind, caller) : site;
}

void inherit_sites(struct WatertightAgentSlot *mine, const struct WatertightAgentSlot *parents) {
  mine->site_count = site_count;
  mine->stack_count = stack_count;
  for (uint32_t i = 0; i < sizeof known_stacks / sizeof known_stacks[0]; ++i)
    if (known_stacks[i].is_busy) known_stacks[i] = (struct Known){0};  // By a thread of the parent.
  if (parents == NULL) return;
  memcpy(mine->sites, parents->sites, site_count * sizeof mine->sites[0]);
  memcpy(mine->stacks, parents->stacks, stack_count * sizeof mine->stacks[0]);
}
