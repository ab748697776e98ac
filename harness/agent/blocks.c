// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent/blocks.h"

#include "agent/heap_hooks.h"
#include "agent/stripes.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// A block's word: its site below, what was asked for above. It takes the two bytes of the 16 that
// the block begins in, and of the next 16: no allocator has blocks so large begin nearer to each
// other than 32 bytes, and malloc(3) of glibc none at all.
typedef uint32_t Word __attribute__((aligned(2), may_alias));
enum { kSiteBits = 12, kSmallest = 25 };
static const uint32_t kHugeSize = (1u << (32 - kSiteBits)) - 1;  // What the allocator gave counts.
_Static_assert(kWatertightAgentSites <= 1 << kSiteBits, "a site has its place in a word");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the site lies in a word's first half");

// Where other allocators may have blocks 8 bytes apart, below this size: they lie in the map as if
// all addresses were four times as large.
static size_t tiny_below;

// A tree of three levels over addresses. A leaf is small, so that little is wasted where a daemon
// locks all its memory. Blocks of 256 bytes and more, which are farther apart, lie behind the
// others as if all addresses were an eighth, so that no block takes more than 32 bytes. A page
// between them is for the end of the last word.
enum { kAddressBits = 47, kLeafLog2 = 24, kBranchLog2 = 12 };
enum { kMediumLog2 = 8, kSqueezeLog2 = 3, kLargeLog2 = kMediumLog2 + kSqueezeLog2 };
enum {
  kSmallPages = (1 << (kLeafLog2 - 3)) / kWatertightAgentPage,
  kMediumPages = kSmallPages >> kSqueezeLog2,
  kMediumStart = (kSmallPages + 1) * kWatertightAgentPage,
  kLeafPages = kSmallPages + 1 + kMediumPages
};
struct Leaf {
  uint8_t is_touched[kLeafPages];
  char words[kLeafPages * kWatertightAgentPage + sizeof(Word)]
      __attribute__((aligned(kWatertightAgentPage)));
};
struct Branch {
  struct Leaf *leaves[1 << kBranchLog2];
};
enum { kBranches = 1 << (kAddressBits + 3 - kLeafLog2 - kBranchLog2) };
static struct Branch *branches[kBranches];

// The leaves that there are, each told before anything is in it, so that a forked child need not
// look through the whole tree. 0: given up.
enum { kMostLeaves = 8192 };
static uint32_t leaf_numbers[kMostLeaves];
static uint32_t leaf_count;

void prepare_blocks(void) {
  void *const of_glibc = dlsym(RTLD_DEFAULT, "__libc_malloc");
  tiny_below = *(void **)&next.malloc == of_glibc ? 0 : kSmallest;
}

static inline struct Leaf **leaf_at(struct Branch *branch, uint64_t address) {
  return &branch->leaves[address >> kLeafLog2 & ((1 << kBranchLog2) - 1)];
}

static inline struct Leaf *find_leaf(uint64_t address) {
  struct Branch **branch = &branches[address >> (kLeafLog2 + kBranchLog2) & (kBranches - 1)];
  struct Branch *found = __atomic_load_n(branch, __ATOMIC_ACQUIRE);
  if (WATERTIGHT_UNLIKELY(found == NULL)) return NULL;
  return __atomic_load_n(leaf_at(found, address), __ATOMIC_ACQUIRE);
}

// Where a block's word lies in its leaf.
static inline uint64_t small_offset(uint64_t address) {
  return address >> 3 & ((1 << (kLeafLog2 - 3)) - 2);
}
static inline uint64_t medium_offset(uint64_t address) {
  return kMediumStart +
         (address >> (3 + kSqueezeLog2) & ((1 << (kLeafLog2 - 3 - kSqueezeLog2)) - 2));
}

// One or the other without a branch: blocks come in any order, and it would be mispredicted.
static inline uint64_t choose(int is_first, uint64_t first, uint64_t second) {
  const uint64_t mask = -(uint64_t)is_first;
  return (first & mask) | (second & ~mask);
}

// The harness takes it off what the daemon holds.
static void count_own(int64_t bytes) {
  __atomic_fetch_add(&slot->table_bytes, bytes, __ATOMIC_RELAXED);
}

// Large pages would make resident what nothing is written to.
static void *map(size_t bytes) {
  const int saved_errno = errno;
  void *memory = (void *)syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, (off_t)0);
  if (memory != MAP_FAILED) syscall(SYS_madvise, memory, bytes, MADV_NOHUGEPAGE);
  errno = saved_errno;
  return memory != MAP_FAILED ? memory : NULL;
}

// Puts `made` where there is nothing yet, or gives it up for what another thread has put there.
static void *publish(void **place, void *made, size_t bytes) {
  void *other = NULL;
  if (made == NULL ||
      __atomic_compare_exchange_n(place, &other, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  syscall(SYS_munmap, made, bytes);
  return other;
}

static __attribute__((noinline, cold)) struct Leaf *make_leaf(uint64_t address) {
  if (address >> (kAddressBits + 3) != 0) return NULL;
  struct Branch **place = &branches[address >> (kLeafLog2 + kBranchLog2)];
  struct Branch *branch = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  if (branch == NULL) branch = publish((void **)place, map(sizeof *branch), sizeof *branch);
  if (branch == NULL) return NULL;
  const uint32_t index = __atomic_load_n(&leaf_count, __ATOMIC_RELAXED) < kMostLeaves
                             ? __atomic_fetch_add(&leaf_count, 1, __ATOMIC_RELAXED)
                             : kMostLeaves;
  if (index >= kMostLeaves) return NULL;
  __atomic_store_n(&leaf_numbers[index], (uint32_t)(address >> kLeafLog2), __ATOMIC_RELEASE);
  struct Leaf *made = map(sizeof *made);
  struct Leaf *leaf = publish((void **)leaf_at(branch, address), made, sizeof *made);
  if (leaf != NULL && leaf == made) {
    count_own(kWatertightAgentPage);
  } else {
    __atomic_store_n(&leaf_numbers[index], 0, __ATOMIC_RELEASE);
  }
  return leaf;
}

static __attribute__((noinline, cold)) void touch(uint8_t *is_touched) {
  if (!__atomic_exchange_n(is_touched, 1, __ATOMIC_RELAXED)) count_own(kWatertightAgentPage);
}

static inline size_t bytes_of(const void *block, Word word) {
  const uint32_t size = word >> kSiteBits;
  return WATERTIGHT_UNLIKELY(size == kHugeSize) && next.malloc_usable_size != NULL
             ? next.malloc_usable_size((void *)block)
             : size;
}
static inline uint32_t site_of(Word word) { return word & ((1 << kSiteBits) - 1); }

static inline void uncount(const void *block, Word word) {
  count_block(site_of(word), -1, -(int64_t)bytes_of(block, word));
}

enum { kSpreadLog2 = 2 };
static const uint64_t kSpreadBase = 1ull << (kAddressBits + kSpreadLog2);
static inline uint64_t spread(uint64_t address) { return kSpreadBase + (address << kSpreadLog2); }

// Large blocks are farther apart still, and lie in maps of their own: of those that take 2 KiB and
// more as if all addresses were a 64th, 16 KiB a 512th, and so on. Those whose size the allocator
// has to be asked for stay where their whole address can be told.
enum { kWidths = 3, kRangeLog2 = kAddressBits - 2 * kSqueezeLog2 };
_Static_assert((1ll << kAddressBits) + ((kWidths + 1ll) << kRangeLog2) <=
                   1ll << (kAddressBits + kSpreadLog2),
               "the maps of large blocks lie between the two others");
_Static_assert(kLargeLog2 + kWidths * kSqueezeLog2 >= 32 - kSiteBits, "the last is for the rest");
static inline uint64_t squeeze(uint64_t address, unsigned width) {
  return (1ull << kAddressBits) + ((uint64_t)width << kRangeLog2) +
         (address >> (kSqueezeLog2 * (width + 1)));
}

// Where a block's word lies: in which leaf, and where there.
struct Place {
  uint64_t address, offset;
};
static inline struct Place place_of(uint64_t address, size_t bytes) {
  if (WATERTIGHT_UNLIKELY(bytes < tiny_below)) {
    address = spread(address);
  } else if (WATERTIGHT_UNLIKELY(bytes >= 1 << kLargeLog2)) {
    const unsigned log2 = 63 - (unsigned)__builtin_clzl(bytes);
    if (bytes < kHugeSize) address = squeeze(address, (log2 - kLargeLog2) / kSqueezeLog2 + 1);
    return (struct Place){address, small_offset(address)};
  }
  return (struct Place){
      address, choose(bytes < 1 << kMediumLog2, small_offset(address), medium_offset(address))};
}

// Of the block whose word lies there; of a large one an address near it.
static inline void *block_at(uint64_t address) {
  return (void *)(uintptr_t)(address < kSpreadBase ? address
                                                   : (address - kSpreadBase) >> kSpreadLog2);
}

void add_block(const void *block, size_t bytes, uint32_t site) {
  const struct Place place = place_of((uintptr_t)block, bytes);
  struct Leaf *leaf = find_leaf(place.address);
  if (WATERTIGHT_UNLIKELY(leaf == NULL) && (leaf = make_leaf(place.address)) == NULL) {
    note_missed_block();
    return;
  }
  uint8_t *is_touched = &leaf->is_touched[place.offset / kWatertightAgentPage];
  if (WATERTIGHT_UNLIKELY(!*is_touched)) touch(is_touched);
  const Word word = (bytes < kHugeSize ? (uint32_t)bytes : kHugeSize) << kSiteBits | site;
  Word *at = (Word *)(leaf->words + place.offset);
  if (WATERTIGHT_UNLIKELY(site_of(*at) != 0)) uncount(block, *at);
  *at = word;
  count_block(site, 1, (int64_t)bytes_of(block, word));
}

// Takes the word of a block out of a leaf; 0 where there is none.
static inline Word take_word_in(struct Leaf *leaf, uint64_t address) {
  const uint64_t small = small_offset(address), medium = medium_offset(address);
  const Word of_small = *(Word *)(leaf->words + small), of_medium = *(Word *)(leaf->words + medium);
  const int is_small = site_of(of_small) != 0;
  const Word word = (Word)choose(is_small, of_small, of_medium);
  if (__builtin_expect(site_of(word) != 0, 1))
    *(Word *)(leaf->words + choose(is_small, small, medium)) = 0;
  return word;
}

static Word take_word(uint64_t address) {
  struct Leaf *leaf = find_leaf(address);
  return leaf != NULL ? take_word_in(leaf, address) : 0;
}

struct Block remove_block(const void *block) {
  const uint64_t address = (uintptr_t)block;
  Word word = take_word(address);
  if (site_of(word) == 0 && tiny_below != 0) word = take_word(spread(address));
  for (unsigned width = 1; site_of(word) == 0 && width <= kWidths; ++width)
    word = take_word(squeeze(address, width));
  if (WATERTIGHT_UNLIKELY(site_of(word) == 0)) return (struct Block){0, 0};
  uncount(block, word);
  return (struct Block){site_of(word), bytes_of(block, word)};
}

// What follows is for nearly all blocks, and here so that the map is inlined into it. Whatever else
// there may be to do is in calls that come last, so that no register has to be saved for it.

static __attribute__((noinline)) void *note_with_care(void *block, size_t bytes,
                                                      const void *caller) {
  if (block != NULL && is_counting())
    add_block(block, bytes, find_site(kWatertightAgentHeap, caller));
  return block;
}

void *note_made(void *block, size_t bytes, const void *caller) {
  if (WATERTIGHT_UNLIKELY(self.new_caller != NULL)) {
    caller = self.new_caller;
    bytes = self.new_bytes;
    self.new_caller = NULL;
  }
  struct WatertightAgentCounter *const counters = self.counters;
  if (WATERTIGHT_UNLIKELY(!counts_now() || counters == NULL))
    return note_with_care(block, bytes, caller);
  const uint32_t site = known_site(kWatertightAgentHeap, caller);
  const struct Place place = place_of((uintptr_t)block, bytes);
  struct Leaf *leaf = find_leaf(place.address);
  if (WATERTIGHT_UNLIKELY(site == 0 || leaf == NULL || bytes >= kHugeSize))
    return note_with_care(block, bytes, caller);
  Word *at = (Word *)(leaf->words + place.offset);
  if (WATERTIGHT_UNLIKELY(site_of(*at) != 0 ||
                          !leaf->is_touched[place.offset / kWatertightAgentPage]))
    return note_with_care(block, bytes, caller);
  *at = (uint32_t)bytes << kSiteBits | site;
  count_alone(&counters[site], 1, (int64_t)bytes);
  return block;
}

static __attribute__((noinline)) void free_with_care(void *block) {
  WATERTIGHT_ENSURE_STARTED();
  if (block != NULL && is_counting()) remove_block(block);
  if (next.free != NULL) next.free(block);
}

static __attribute__((noinline, cold)) void free_huge(void *block, Word word) {
  uncount(block, word);
  next.free(block);
}

void free_made(void *block) {
  struct WatertightAgentCounter *const counters = self.counters;
  struct Leaf *leaf = find_leaf((uintptr_t)block);
  if (WATERTIGHT_UNLIKELY(!counts_now() || counters == NULL || leaf == NULL)) {
    free_with_care(block);
    return;
  }
  if (WATERTIGHT_UNLIKELY(block == self.deleted)) {
    self.deleted = NULL;
    next.free(block);
    return;
  }
  const Word word = take_word_in(leaf, (uintptr_t)block);
  if (WATERTIGHT_UNLIKELY(site_of(word) == 0)) {
    free_with_care(block);
  } else if (WATERTIGHT_UNLIKELY(word >> kSiteBits == kHugeSize)) {
    free_huge(block, word);
  } else {
    count_alone(&counters[site_of(word)], -1, -(int64_t)(word >> kSiteBits));
    next.free(block);
  }
}

// Counts the blocks of a page; gives how much of the next one the last word takes.
static uint64_t inherit_page(const char *page, uint64_t start, uint64_t address) {
  uint64_t offset = start;
  while (offset < kWatertightAgentPage) {
    const Word word = *(const Word *)(page + offset);
    if (site_of(word) != 0)
      count_block(site_of(word), 1, (int64_t)bytes_of(block_at(address + 8 * offset), word));
    offset += site_of(word) != 0 ? sizeof word : sizeof word / 2;
  }
  return offset - kWatertightAgentPage;
}

static void inherit_leaf(const struct Leaf *leaf, uint64_t address) {
  uint64_t taken = 0;
  count_own(kWatertightAgentPage);
  for (uint64_t page = 0; page < kLeafPages; ++page) {
    const uint64_t start = page * kWatertightAgentPage;
    if (!leaf->is_touched[page]) {
      taken = 0;
      continue;
    }
    count_own(kWatertightAgentPage);
    taken = inherit_page(leaf->words + start, taken, address + 8 * start);
  }
}

// Two threads of the parent were making the same leaf.
static int is_told_twice(uint32_t index) {
  for (uint32_t i = 0; i < index; ++i)
    if (leaf_numbers[i] == leaf_numbers[index]) return 1;
  return 0;
}

void inherit_blocks(void) {
  for (uint32_t i = 0; i < leaf_count && i < kMostLeaves; ++i) {
    const uint64_t address = (uint64_t)leaf_numbers[i] << kLeafLog2;
    const struct Leaf *leaf = address != 0 && !is_told_twice(i) ? find_leaf(address) : NULL;
    if (leaf != NULL) inherit_leaf(leaf, address);
  }
}
