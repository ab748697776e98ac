// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Facts about one process. `parse_x(text)` is pure; `read_x(pid)` reads `/proc/PID/x` and is
/// empty where the process is gone. All read_* throw HarnessError where `/proc` cannot be read
/// (EACCES). Source: proc(5), Documentation/filesystems/proc.rst.

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::proc {

/// A process for good: a pid that is reused has another start time.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< Clock ticks since boot, field 22 of stat.
  auto operator<=>(const ProcessId&) const = default;
};

struct Stat {
  pid_t pid = 0;
  std::string comm;
  char state = '?';  ///< R S D Z T t X I.
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;
  bool is_exiting = false;  ///< PF_EXITING: on its way to be a zombie.

  ProcessId id() const { return {pid, start_time}; }
  /// A process whose main thread alone has ended (pthread_exit(3) in main) is in state Z, but
  /// lives.
  bool is_dead() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};
std::optional<Stat> parse_stat(std::string_view text);
std::optional<Stat> read_stat(pid_t pid);

/// The fields of status that the probe and the evidence need. Sizes in bytes; 0 for a zombie.
struct Status {
  char state = '?';
  pid_t process = 0;                       ///< Tgid: the process of a thread.
  uid_t user = 0;                          ///< Effective.
  std::optional<unsigned> umask;           ///< Kernel 4.7.
  std::uint64_t virtual_bytes = 0;         ///< VmSize
  std::uint64_t resident_bytes = 0;        ///< VmRSS
  std::uint64_t resident_anon_bytes = 0;   ///< RssAnon
  std::uint64_t resident_shmem_bytes = 0;  ///< RssShmem
  std::uint64_t threads = 0;
  std::uint64_t pending = 0;  ///< SigPnd | ShdPnd, bit n-1 = signal n
  std::uint64_t blocked = 0, ignored = 0, caught = 0;
};
std::optional<Status> parse_status(std::string_view text);
std::optional<Status> read_status(pid_t pid);

/// Proportional and anonymous resident memory, bytes (kernel 4.14; costs time in proportion to the
/// resident pages).
struct SmapsRollup {
  std::uint64_t resident = 0;
  std::uint64_t anonymous = 0;
  std::uint64_t proportional_shmem = 0;  ///< Pss_Shmem
};
std::optional<SmapsRollup> parse_smaps_rollup(std::string_view text);

/// One line of maps.
struct Mapping {
  std::uint64_t start = 0, end = 0;
  std::string permissions;   ///< `rw-p`
  std::uint64_t offset = 0;  ///< Of the start within the file.
  std::uint64_t device_major = 0, device_minor = 0, inode = 0;
  std::string path;  ///< May be empty, `[stack]`, or end in ` (deleted)`.
};
std::vector<Mapping> parse_maps(std::string_view text);
std::optional<std::vector<Mapping>> read_maps(pid_t pid);

/// Thread stacks whose thread has ended without being joined: pairs of a guard mapping (`---p`) and
/// a `rw-p` mapping above it as glibc makes them, less one per live thread. `live_threads` as in
/// Status.
///
/// After a join glibc keeps up to 40 MiB of stacks, so a plateau is no leak. Blind where guards are
/// no mappings: glibc 2.42 on Linux 6.13 makes them by MADV_GUARD_INSTALL.
/// Source: glibc nptl/allocatestack.c.
std::uint64_t count_unjoined_stacks(const std::vector<Mapping>& mappings,
                                    std::uint64_t live_threads);

/// Soft limit, or empty for `unlimited`.
std::optional<std::uint64_t> parse_limit(std::string_view limits_text, std::string_view name);
std::optional<std::string> read_limits(pid_t pid);

/// One thread's scheduling facts.
struct ThreadActivity {
  pid_t tid = 0;
  char state = '?';
  std::uint64_t switches = 0;  ///< Context switches, voluntary and not.
  std::uint64_t waits = 0;     ///< Voluntary ones: times that it went to sleep.
  auto operator<=>(const ThreadActivity&) const = default;
};
/// From the `status` of a thread.
std::optional<ThreadActivity> parse_thread_activity(std::string_view status_text);
/// All threads; empty where the process is gone.
std::optional<std::vector<ThreadActivity>> read_thread_activity(pid_t pid);

/// Argument vector, comm in brackets where there is none; for people.
std::string describe_process(pid_t pid);

}  // namespace watertight::proc
