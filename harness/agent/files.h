// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/handles.h"

/// Files that the daemon makes: told by device and inode, so that a rename does not hide one.

/// Whether opening so could make a file that is not there yet: asked before the call, because
/// afterwards nobody can tell.
int would_make_file(int directory, const char *path, int flags);

/// Counts the file behind a descriptor, where it is a regular one with a name.
void note_file(int fd, const void *caller);

/// Counts what is at a path, a folder.
void note_folder(const char *path, const void *caller);

/// Uncounts what a name is about to be taken from, where it is its last.
struct Handle forget_file(int directory, const char *path);
