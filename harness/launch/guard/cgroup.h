// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace watertight::guard {

/// A cgroup v2 of our own below the one we run in; the strongest containment, where it can be had:
/// cgroup.kill (kernel 5.14) ends every member at once, forks in progress included.
struct Cgroup {
  char path[4096] = "";
  int folder = -1;  ///< O_DIRECTORY, for CLONE_INTO_CGROUP; -1: there is none.
  int kill = -1;    ///< cgroup.kill
};

/// Makes a new one, or leaves everything at -1 where cgroup v2 is absent, old or not ours to write.
void make_cgroup(Cgroup& cgroup);

/// SIGKILL to all members.
void kill_cgroup(const Cgroup& cgroup);

/// Removes it with the cgroups that members made in it; false while one is still busy.
bool remove_cgroup(Cgroup& cgroup);

/// Where in /proc/self/mountinfo cgroup v2 is mounted and which part of the hierarchy that shows.
/// Pure; false where there is no such mount. Buffers of 4096 bytes. Source: proc(5).
bool find_cgroup_mount(const char* mountinfo, char* mount_point, char* root);

/// The v2 path in /proc/self/cgroup (the line that begins with `0::`). Pure; buffer of 4096 bytes.
bool find_cgroup_path(const char* self_cgroup, char* path);

}  // namespace watertight::guard
