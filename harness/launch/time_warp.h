// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace watertight::launch {

/// libfaketime's library for threaded programs, built for the architecture of ours, in the places
/// where distributions and `make install` put it. Throws HarnessError with the remedy where there
/// is none.
std::filesystem::path find_time_warp();

/// The same in `folders`, each of which holds `faketime/`; `*` is any one folder.
std::filesystem::path find_time_warp(const std::vector<std::string>& folders);

/// Lets the clock and the waits of what is executed with `environment` run `factor` times as fast,
/// from the present time on. What LD_PRELOAD holds stays, in front; FAKETIME is replaced, and what
/// else a user set for libfaketime stays as it is.
///
/// Reaches sleep, nanosleep, clock_nanosleep, select, poll, epoll_wait, their variants with a
/// signal mask, timerfd and pthread_cond_timedwait. Does not reach alarm, setitimer, timer_settime,
/// sigtimedwait, sem_timedwait, pthread_cond_clockwait, cnd_timedwait, thrd_sleep, epoll_pwait2,
/// ppoll for less than a second, SO_RCVTIMEO and raw system calls (libfaketime 0.9.10, glibc 2.36).
/// A wait for an absolute time that it does not reach takes longer than without; a timeout of poll
/// or epoll_wait that comes to less than a millisecond becomes none.
void warp_time(std::map<std::string, std::string>& environment, double factor,
               const std::filesystem::path& library);

/// Why a process has not loaded libfaketime, as the end of a sentence; empty where it has.
std::string why_not_warped(pid_t pid);

}  // namespace watertight::launch
