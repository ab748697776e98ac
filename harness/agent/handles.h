// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What a process holds beside memory and descriptors, each with the site that made it:
/// threads by pthread_t, children by pid, files by device and inode, mappings by address.

#include "agent/slot.h"

/// Counts a thing that was just made.
void add_handle(unsigned kind, uint64_t key, uint64_t bytes, const void *caller);

struct Handle {
  uint64_t key;    ///< Never 0 of a thing.
  uint64_t bytes;  ///< 0 but of mappings.
  uint32_t site;   ///< 0: nothing is known of it.
  uint32_t is_early;
};

/// Uncounts a thing that is given up.
struct Handle remove_handle(unsigned kind, uint64_t key);

/// Counts it again: giving it up has failed.
void restore_handle(unsigned kind, struct Handle handle);

/// Around the making of a thing that another thread may give up before its maker can count it: a
/// thread that detaches itself, a child that is waited for at once.
void begin_handle(unsigned kind);
void end_handle(unsigned kind);

/// Uncounts all; children, where the kernel reaps them by itself.
void remove_all_handles(unsigned kind);

int has_handles(unsigned kind);

/// Uncounts the mappings in a range, or the parts of them that lie in it.
void remove_mappings(uint64_t start, uint64_t bytes);

/// In a forked child: it has its parent's mappings, none of its threads and children, and its
/// parent goes on answering for the files.
void inherit_handles(void);
