// SPDX-License-Identifier: Apache-2.0
#include "blame/thread_stacks.h"

#include "blame/symbols.h"
#include "blame/unwinder.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "proc/process.h"
#include "trace/tracer.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostStacks = 16;
constexpr std::size_t kMostThreads = 64;
constexpr std::size_t kMostLevels = 32;
constexpr auto kMostToStop = 1s;
constexpr auto kMostToName = 3s;

/// A stack as addresses, and the first thread that was seen to have it.
struct Unnamed {
  ThreadStack told;
  std::vector<std::uint64_t> addresses;
};

struct Look {
  AddressSpace space{};
  std::vector<Unnamed> stacks{};
};

std::string name_of(pid_t pid, pid_t tid) {
  std::string name = posix::read_file(fmt::format("/proc/{}/task/{}/comm", pid, tid)).value_or("");
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

/// The main thread first; those who wait at the same place, as workers do, once.
void add(pid_t pid, pid_t tid, std::vector<std::uint64_t> addresses, Look& look) {
  const auto same = std::ranges::find(look.stacks, addresses, &Unnamed::addresses);
  if (same != look.stacks.end()) {
    ++same->told.alike;
    return;
  }
  look.stacks.push_back(
      {{.pid = pid, .tid = tid, .name = name_of(pid, tid)}, std::move(addresses)});
}

/// Of threads that stand still.
Look read(pid_t pid, std::span<const pid_t> threads, std::vector<std::string>& remarks) {
  Look look{AddressSpace(pid), {}};
  if (const auto maps = proc::read_maps(pid)) look.space.add(*maps);
  if (threads.size() > kMostThreads) {
    remarks.push_back(fmt::format("pid {}: the stacks of {} of its {} threads", pid, kMostThreads,
                                  threads.size()));
    threads = threads.first(kMostThreads);
  }
  const Unwinder unwinder(pid);
  for (const pid_t tid : threads)
    if (auto addresses = unwinder.unwind(tid, kMostLevels); !addresses.empty())
      add(pid, tid, std::move(addresses), look);
  if (!threads.empty() && look.stacks.empty())
    remarks.push_back(fmt::format("pid {}: no stacks: libdw cannot unwind it", pid));
  return look;
}

Look stop_and_read(pid_t pid, std::vector<std::string>& remarks) {
  trace::Tracer tracer;
  if (const auto refusal = tracer.seize(pid)) {
    remarks.push_back(fmt::format("pid {}: no stacks: {}", pid, refusal->reason));
    return {};
  }
  if (!tracer.halt(posix::Deadline(kMostToStop)))
    remarks.push_back(fmt::format(
        "pid {}: a thread does not even stop for ptrace(2): its wait cannot be interrupted", pid));
  std::vector<pid_t> stopped;
  for (const trace::Thread& thread : tracer.threads())
    if (thread.is_stopped) stopped.push_back(thread.tracee.tid());
  return read(pid, stopped, remarks);
}

/// Gives names to a stack, where there is time for that.
std::vector<Frame> frames_of(const Unnamed& stack, const AddressSpace& space, Symbols& symbols,
                             const posix::Deadline& deadline) {
  std::vector<Frame> frames;
  if (!deadline.has_passed()) {
    frames = symbols.resolve(space, stack.addresses);
  } else {
    for (const std::uint64_t address : stack.addresses) {
      const auto place = space.find(address - 1);
      frames.push_back(place ? Frame{.module = place->module, .offset = place->offset}
                             : Frame{.offset = address - 1});
    }
  }
  if (frames.size() > kMostLevels) frames.resize(kMostLevels);
  return frames;
}

void name(Look look, Symbols& symbols, const posix::Deadline& deadline, ThreadStacks& result) {
  for (Unnamed& stack : look.stacks) {
    if (result.stacks.size() == kMostStacks) break;
    stack.told.frames = frames_of(stack, look.space, symbols, deadline);
    result.stacks.push_back(std::move(stack.told));
  }
}

}  // namespace

ThreadStacks read_thread_stacks(std::span<const pid_t> processes) {
  ThreadStacks result;
  Symbols symbols;
  const posix::Deadline deadline(kMostToName);
  for (const pid_t pid : processes) {
    if (result.stacks.size() == kMostStacks || deadline.has_passed()) {
      result.remarks.push_back(
          fmt::format("pid {} and later: no stacks, for there are enough", pid));
      break;
    }
    try {
      name(stop_and_read(pid, result.remarks), symbols, deadline, result);
    } catch (const HarnessError& error) {
      result.remarks.push_back(fmt::format("pid {}: no stacks: {}", pid, error.what()));
    }
  }
  return result;
}

ThreadStacks read_stopped_thread(pid_t tid) {
  ThreadStacks result;
  Symbols symbols;
  const auto status = proc::read_status(tid);
  const pid_t pid = status ? status->process : tid;
  name(read(pid, std::array{tid}, result.remarks), symbols, posix::Deadline(kMostToName), result);
  return result;
}

}  // namespace watertight::blame
