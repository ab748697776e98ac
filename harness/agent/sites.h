// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Call sites: a number for each kind and caller, looked up without a lock.

#include "agent/slot.h"

enum { kSiteIndexSize = 4 * kWatertightAgentSites };
extern uint64_t site_keys[kWatertightAgentSites];
/// By hash of the key; 0: none. Linear probing, nothing is ever removed.
extern uint32_t site_index[kSiteIndexSize];

uint32_t add_site(uint64_t key, unsigned kind, const void *caller);
uint32_t find_stack_site(uint32_t site, unsigned kind, const void *caller);

/// In a forked child: its parent's sites and stacks, uncounted.
void inherit_sites(struct WatertightAgentSlot *mine, const struct WatertightAgentSlot *parents);

static inline uint32_t site_hash(uint64_t key) {
  return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) % kSiteIndexSize;
}

/// The site that a caller counts for; where it takes stacks, the one of the present stack. Not
/// under a lock.
static inline uint32_t find_site(unsigned kind, const void *caller) {
  const uint64_t key = (uint64_t)kind << 56 | (uintptr_t)caller;
  uint32_t site = 0;
  for (uint32_t i = site_hash(key);; i = (i + 1) % kSiteIndexSize) {
    site = __atomic_load_n(&site_index[i], __ATOMIC_ACQUIRE);
    if (site == 0) {
      site = add_site(key, kind, caller);
      break;
    }
    if (site_keys[site] == key) break;
  }
  if (WATERTIGHT_UNLIKELY(__atomic_load_n(&slot->sites[site].takes_stacks, __ATOMIC_RELAXED)))
    return find_stack_site(site, kind, caller);
  return site;
}
