// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/signals/handler_watch.h"

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/syscall_name.h"
#include "rehearsals/signals/dispositions.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <optional>
#include <sstream>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kStill = 2s;

std::string read_of(pid_t pid, pid_t thread, const char* file) {
  try {
    return posix::read_file(fmt::format("/proc/{}/task/{}/{}", pid, thread, file)).value_or("");
  } catch (const HarnessError&) {
    return "";  // Not ours to read, so never suspected.
  }
}

template <typename Visit>
void for_each_thread(const launch::Daemon& daemon, Visit visit) {
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    const auto threads = proc::read_thread_activity(pid);
    if (!stat || !threads) continue;
    for (const proc::ThreadActivity& thread : *threads) {
      const auto status = proc::parse_status(read_of(pid, thread.tid, "status"));
      if (status) visit(stat->id(), thread, *status);
    }
  }
}

/// "futex(0x7f…)", where that is what it waits in.
std::optional<std::string> futex_wait_of(pid_t pid, pid_t thread) {
  std::istringstream call(read_of(pid, thread, "syscall"));
  long number = -1;
  std::string address;
  if (!(call >> number >> address) || posix::syscall_name(number) != "futex") return std::nullopt;
  return fmt::format("futex({})", address);
}

}  // namespace

HandlerWatch::HandlerWatch(const launch::Daemon& daemon) {
  for_each_thread(daemon, [this](const proc::ProcessId& id, const proc::ThreadActivity& thread,
                                 const proc::Status& status) {
    blocked_before_[{id, thread.tid}] = status.blocked;
  });
}

std::map<HandlerWatch::Thread, HandlerWatch::Suspect> HandlerWatch::find_suspects(
    const launch::Daemon& daemon) const {
  std::map<Thread, Suspect> suspects;
  for_each_thread(daemon, [&](const proc::ProcessId& id, const proc::ThreadActivity& thread,
                              const proc::Status& status) {
    const auto before = blocked_before_.find({id, thread.tid});
    if (before == blocked_before_.end() || thread.state != 'S') return;
    const std::uint64_t signals = status.blocked & status.caught & ~before->second;
    if (signals == 0) return;
    if (const auto wait = futex_wait_of(id.pid, thread.tid))
      suspects[{id, thread.tid}] = {signals, thread.switches, *wait};
  });
  return suspects;
}

std::vector<std::string> HandlerWatch::find_stuck(const launch::Daemon& daemon) const {
  std::vector<std::string> stuck;
  const auto first = find_suspects(daemon);
  if (first.empty()) return stuck;
  posix::pause_for(kStill);
  for (const auto& [thread, now] : find_suspects(daemon)) {
    const auto before = first.find(thread);
    if (before == first.end() || before->second.switches != now.switches) continue;
    stuck.push_back(fmt::format(
        "thread {} of pid {} has waited in {} for {} s without a turn, in its handler of {}",
        thread.second, thread.first.pid, now.wait, kStill.count(), names_of_signals(now.signals)));
  }
  return stuck;
}

}  // namespace watertight::rehearsals
