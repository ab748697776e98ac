// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/slot.h"

#include "agent/blocks.h"
#include "agent/descriptors.h"
#include "agent/handles.h"
#include "agent/sites.h"
#include "agent/stripes.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Thread_local struct ThreadState self __attribute__((tls_model("initial-exec")));
struct WatertightAgentSlot *slot;
uint32_t stack_kinds;
struct Lock locks[kLockCount];

struct Membership membership;

static struct WatertightAgentArea *area;
static uint32_t slot_count;
static const uint64_t kSkipsAll = 1ull << 32;
static uint64_t skipped_below;

// A thread that holds a lock may have to wait for a processor.
int wait_for_lock(uint32_t *lock) {
  enum { kSpins = 100, kYields = 1000, kSleeps = 10000 };
  const struct timespec moment = {0, 1000000};
  const int saved_errno = errno;
  int is_taken = 0;
  for (int tries = 0; tries < kSpins + kYields + kSleeps && !is_taken; ++tries) {
    if (tries >= kSpins + kYields) {
      syscall(SYS_nanosleep, &moment, NULL);
    } else if (tries >= kSpins) {
      sched_yield();
    }
    is_taken = __atomic_load_n(lock, __ATOMIC_RELAXED) == 0 &&
               __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0;
  }
  errno = saved_errno;
  return is_taken;
}

static uint64_t change_signals(uint64_t blocked) {
  uint64_t before = 0;
  const int saved_errno = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, &before, sizeof before);
  errno = saved_errno;
  return before;
}

uint64_t block_signals(void) { return change_signals(~0ull); }
void restore_signals(uint64_t blocked) { change_signals(blocked); }

struct Guarded take_guarded(uint32_t *lock) {
  struct Guarded guarded = {NULL, self.held, block_signals()};
  if (self.held != lock &&
      (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0 || wait_for_lock(lock))) {
    self.held = lock;
    guarded.lock = lock;
  } else {
    restore_signals(guarded.blocked_before);
    note_missed();
  }
  return guarded;
}

void drop_guarded(struct Guarded guarded) {
  __atomic_store_n(guarded.lock, 0, __ATOMIC_RELEASE);
  self.held = guarded.held_before;
  restore_signals(guarded.blocked_before);
}

// The calls here are syscalls: the hooks of the same names would count them.

static void *map(size_t bytes, int protection, int flags, int fd) {
  void *memory = (void *)syscall(SYS_mmap, NULL, bytes, protection, flags, fd,
                                 (off_t)0);  // syscall(2) is variadic: an int would pass 32 bits.
  return memory == MAP_FAILED ? NULL : memory;
}

static int is_ours(const struct WatertightAgentArea *header, off_t file_bytes) {
  return header->magic == WATERTIGHT_AGENT_MAGIC && header->version == WATERTIGHT_AGENT_VERSION &&
         header->slot_bytes == sizeof(struct WatertightAgentSlot) && header->slot_count >= 1 &&
         header->slot_count <= kWatertightAgentMostSlots &&
         (uint64_t)file_bytes >=
             sizeof *header + header->slot_count * sizeof(struct WatertightAgentSlot);
}

// Slots of others are out of reach: nothing here can damage them, and mlockall(2) does not fill
// them with pages.
static void map_area(int fd, off_t bytes) {
  struct WatertightAgentArea *whole = map((size_t)bytes, PROT_NONE, MAP_SHARED, fd);
  if (whole == NULL) return;
  if (syscall(SYS_mprotect, whole, sizeof *whole, PROT_READ | PROT_WRITE) == 0 &&
      is_ours(whole, bytes)) {
    area = whole;
    slot_count = whole->slot_count;
    stack_kinds = whole->stack_kinds;
    const uint32_t shift = whole->sample_shift < 16 ? whole->sample_shift : 0;
    skipped_below = (1ull << 32) - (1ull << (32 - shift));
  } else {
    syscall(SYS_munmap, whole, (size_t)bytes);
  }
}

void count_nothing_yet(void) { membership.state = kOff; }

static void find_area(void) {
  const char *path = getenv(WATERTIGHT_AGENT_VARIABLE);
  if (path == NULL) return;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  if (fd < 0) return;
  const off_t bytes = (off_t)syscall(SYS_lseek, fd, 0, SEEK_END);
  if (bytes >= (off_t)sizeof *area) map_area(fd, bytes);
  syscall(SYS_close, fd);
}

static struct WatertightAgentSlot *slot_at(uint32_t index) {
  return (struct WatertightAgentSlot *)((char *)area + sizeof *area) + index;
}

static int is_over(uint64_t owner) {
  return syscall(SYS_kill, (pid_t)(uint32_t)owner, 0) != 0 && errno == ESRCH;
}

// Gives the owner word, 0 where all slots are taken.
static uint64_t take_slot(uint32_t pid, uint32_t *taken) {
  for (int may_ask = 0; may_ask <= 1; ++may_ask) {
    for (uint32_t i = 0; i < slot_count; ++i) {
      uint64_t owner = __atomic_load_n(&area->owners[i], __ATOMIC_ACQUIRE);
      // With our own pid: this process before it called exec.
      if (owner != 0 && (uint32_t)owner != pid && !(may_ask && is_over(owner))) continue;
      const uint64_t generation = __atomic_add_fetch(&area->generations, 1, __ATOMIC_RELAXED);
      const uint64_t mine = generation << 32 | pid;
      if (!__atomic_compare_exchange_n(&area->owners[i], &owner, mine, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED))
        continue;
      *taken = i;
      return mine;
    }
  }
  __atomic_fetch_add(&area->refused, 1, __ATOMIC_RELAXED);
  return 0;
}

// A slot may hold what its last owner left. Only what that one used is touched: the rest of the
// file stays sparse.
static void clear_slot(struct WatertightAgentSlot *used) {
  const uint32_t sites = used->site_count, stacks = used->stack_count, fds = used->fd_count;
  if (sites <= kWatertightAgentSites) {
    memset(used->sites, 0, sites * sizeof used->sites[0]);
    for (int stripe = 0; stripe < kWatertightAgentStripes; ++stripe)
      memset(used->counters[stripe], 0, sites * sizeof used->counters[stripe][0]);
  }
  if (stacks <= kWatertightAgentStacks) memset(used->stacks, 0, stacks * sizeof used->stacks[0]);
  if (fds <= kWatertightAgentFds) memset(used->fds, 0, fds * sizeof used->fds[0]);
  used->missed_blocks = used->missed = used->table_bytes = 0;
}

static uint64_t boottime(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int was_held_at_fork(const uint32_t *lock) { return *lock != 0 && lock != self.held; }

void forget_lock(uint32_t *lock) {
  if (was_held_at_fork(lock)) __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

// A page of a file that has no place on its disk, or was cut short, ends who touches it by SIGBUS.
// Here the kernel says so (Linux 5.14; an older one does not know the question).
static int can_be_touched(void *memory, size_t bytes) {
  enum { kPopulateWrite = 23 };
  return syscall(SYS_madvise, memory, bytes, kPopulateWrite) == 0 || errno == EINVAL;
}

static int take_over(uint64_t owner, struct WatertightAgentSlot *mine) {
  if (syscall(SYS_mprotect, mine, sizeof *mine, PROT_READ | PROT_WRITE) != 0) return 0;
  if (!can_be_touched(mine, offsetof(struct WatertightAgentSlot, sites[256]))) return 0;
  __atomic_store_n(&mine->ready, 0, __ATOMIC_RELEASE);
  clear_slot(mine);
  struct WatertightAgentSlot *parents = slot;
  inherit_sites(mine, parents);
  slot = mine;
  inherit_stripe();
  inherit_blocks();
  inherit_descriptors();
  inherit_handles();
  for (int i = 0; i < kLockCount; ++i) forget_lock(&locks[i].word);
  mine->claimed_at = boottime();
  __atomic_store_n(&mine->ready, owner, __ATOMIC_RELEASE);
  if (parents != NULL) syscall(SYS_mprotect, parents, sizeof *parents, PROT_NONE);
  return 1;
}

static int take_any_slot(void) {
  uint32_t index = 0;
  const uint64_t owner = take_slot((uint32_t)syscall(SYS_getpid), &index);
  if (owner == 0) return 0;
  struct WatertightAgentSlot *mine = slot_at(index);
  if (take_over(owner, mine)) return 1;
  __atomic_store_n(&area->owners[index], 0, __ATOMIC_RELEASE);
  return 0;
}

int join_area(void) {
  uint32_t expected = kWiped;
  if (!__atomic_compare_exchange_n(&membership.state, &expected, kJoining, 0, __ATOMIC_ACQ_REL,
                                   __ATOMIC_RELAXED))
    return expected == kCounting;
  const int saved_errno = errno;
  const int has_joined = area != NULL && take_any_slot();
  __atomic_store_n(&membership.skipped_below, has_joined ? skipped_below : kSkipsAll,
                   __ATOMIC_RELEASE);
  __atomic_store_n(&membership.state, has_joined ? kCounting : kOff, __ATOMIC_RELEASE);
  errno = saved_errno;
  return has_joined;
}

// Where the page was not wiped (before Linux 4.14) a forked child is told here.
static void after_fork_in_child(void) {
  if (membership.state == kCounting) membership = (struct Membership){0, kWiped};
  is_counting();
}

void open_area(void) {
  find_area();
  if (area == NULL) {
    membership.skipped_below = kSkipsAll;
    return;
  }
  syscall(SYS_madvise, &membership, sizeof membership, MADV_WIPEONFORK);
  prepare_stripes();
  pthread_atfork(NULL, NULL, after_fork_in_child);
  __atomic_store_n(&membership.state, kWiped, __ATOMIC_RELEASE);
}
