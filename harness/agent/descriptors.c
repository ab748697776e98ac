// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/descriptors.h"

#include "agent/sites.h"

// The slot's `fds` are for the harness. These are copied by a fork at its very instant.
static uint16_t sites[kWatertightAgentFds];
static uint32_t fd_count;

static uint32_t set_site(unsigned fd, uint32_t site) {
  const uint32_t old = __atomic_exchange_n(&sites[fd], (uint16_t)site, __ATOMIC_ACQ_REL);
  __atomic_store_n(&slot->fds[fd], (uint16_t)site, __ATOMIC_RELAXED);
  if (old != 0) count(old, -1, 0);
  return old;
}

static void raise_fd_count(uint32_t least) {
  uint32_t known = __atomic_load_n(&fd_count, __ATOMIC_RELAXED);
  while (known < least && !__atomic_compare_exchange_n(&fd_count, &known, least, 1,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  __atomic_store_n(&slot->fd_count, __atomic_load_n(&fd_count, __ATOMIC_RELAXED), __ATOMIC_RELEASE);
}

int note_descriptor(int fd, const void *caller) {
  if (fd < 0 || !is_counting_process()) return fd;
  if (fd >= kWatertightAgentFds) {
    note_missed();
    return fd;
  }
  const uint32_t site = find_site(kWatertightAgentFd, caller);
  if ((uint32_t)fd >= __atomic_load_n(&fd_count, __ATOMIC_RELAXED))
    raise_fd_count((uint32_t)fd + 1);
  count(site, 1, 0);
  set_site((unsigned)fd, site);
  return fd;
}

uint32_t forget_descriptor(int fd) {
  if (fd < 0 || fd >= kWatertightAgentFds || !is_counting_process()) return 0;
  if (__atomic_load_n(&sites[fd], __ATOMIC_RELAXED) == 0) return 0;
  return set_site((unsigned)fd, 0);
}

void forget_descriptors(unsigned first, unsigned last) {
  const uint32_t end = __atomic_load_n(&fd_count, __ATOMIC_RELAXED);
  for (unsigned fd = first; fd < end && fd <= last; ++fd) forget_descriptor((int)fd);
}

void inherit_descriptors(void) {
  slot->fd_count = fd_count;
  for (uint32_t fd = 0; fd < fd_count; ++fd) {
    slot->fds[fd] = sites[fd];
    if (sites[fd] != 0) count(sites[fd], 1, 0);
  }
}
