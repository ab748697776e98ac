// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What harness and guard program say to each other: one struct a message over a
/// SOCK_SEQPACKET socket, both ends built from the same sources. No dependency but libc.

#include <sys/types.h>

#include <cstdint>

namespace watertight::guard {

/// The guard's end of the socket, as descriptor of the guard program.
inline constexpr int kControlFd = 3;

/// What the harness asks for.
enum class Ask : std::int32_t {
  kSpawn,             ///< Brings descriptors: the plan (a memory file), stdin, stdout, stderr.
  kNoteSharedMemory,  ///< Remember what the processes have mapped now; answered with kNoted.
  kCount,             ///< Is any process left? Answered with kCounted.
  kEndAll,            ///< SIGKILL to everything; answered with kEnded.
  kRetire,            ///< kEndAll, then exit, and leave the run folder to the harness; no answer.
};

struct Request {
  Ask ask;
};

/// Start of the plan of a spawn. Followed by `group_count` gid_t, then by NUL-terminated strings:
/// path of the program, working directory (may be empty), the arguments, the variables
/// (`NAME=value`).
struct Plan {
  std::uint64_t descriptor_limit;  ///< Soft RLIMIT_NOFILE; 0 = unchanged.
  std::uint32_t argument_count;
  std::uint32_t variable_count;
  std::uint32_t group_count;
  std::uint32_t changes_user;
  uid_t user;
  gid_t group;
};

/// The step of a spawn that failed.
enum class Step : std::int32_t { kNone, kPlan, kFork, kLimit, kUser, kFolder, kExecute };

/// What the guard tells.
enum class Tell : std::int32_t {
  kHello,    ///< Once; brings the folder of the guard's cgroup where it has one.
  kSpawned,  ///< Brings the pidfd, or tells step and error.
  kNoted,
  kCounted,  ///< `error` is 0, or ECHILD where no process is left.
  kEnded,    ///< `error` is 0, or EBUSY where something survived; brings the cgroup's folder like
             ///< kHello.
  kExits,    ///< Processes that ended; at any time.
};

/// One process that the guard has reaped.
struct Exit {
  std::int32_t pid;
  std::int32_t code;  ///< Exit code, or number of the signal.
  std::int32_t was_signalled;
  std::int32_t dumped_core;
  std::int64_t reaped_at_ns;  ///< CLOCK_MONOTONIC: not before it ended.
};

struct Reply {
  static constexpr std::uint32_t kMostExits = 32;
  Tell tell;
  std::int32_t pid;
  std::int32_t error;
  Step step;
  std::int32_t is_held_by_cgroup;
  std::uint32_t exit_count;
  Exit exits[kMostExits];
};

}  // namespace watertight::guard
