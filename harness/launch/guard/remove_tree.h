// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace watertight::guard {

/// Removes a folder and all it holds, never following a symbolic link; unreadable and read-only
/// folders are opened up first. False where something is left; errno tells why.
bool remove_tree(const char* path);

}  // namespace watertight::guard
