// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Call sites: a number for each kind and caller, looked up without a lock.

#include "agent/slot.h"

enum { kSiteIndexLog2 = 13, kSiteIndexSize = 1 << kSiteIndexLog2 };
struct SiteOfKey {
  uint64_t key;  ///< 0: none; the last thing that is written.
  uint32_t site;
};
/// By hash of the key. Linear probing, nothing is ever removed, and half stays free.
extern struct SiteOfKey site_index[kSiteIndexSize];

/// In a forked child: its parent's sites and stacks, uncounted.
void inherit_sites(struct WatertightAgentSlot *mine, const struct WatertightAgentSlot *parents);

static inline uint32_t site_hash(uint64_t key) {
  return (uint32_t)(key * 0x9e3779b97f4a7c15u >> (64 - kSiteIndexLog2));
}
static inline uint64_t site_key(unsigned kind, const void *caller) {
  return (uint64_t)kind << 56 | (uintptr_t)caller;
}

/// The harness may tell a site to, at any time.
static inline int takes_stacks(uint32_t site) {
  return __atomic_load_n(&slot->sites[site].takes_stacks, __ATOMIC_RELAXED) != 0;
}

/// The site that a caller counts for where that is known and takes no stacks; else 0.
static inline uint32_t known_site(unsigned kind, const void *caller) {
  const uint64_t key = site_key(kind, caller);
  const struct SiteOfKey *found = &site_index[site_hash(key)];
  const uint32_t site = found->site;
  if (WATERTIGHT_UNLIKELY(__atomic_load_n(&found->key, __ATOMIC_ACQUIRE) != key)) return 0;
  return takes_stacks(site) ? 0 : site;
}

/// The site that a caller counts for; where it takes stacks, the one of the present stack. Not
/// under a lock.
uint32_t find_site(unsigned kind, const void *caller);
