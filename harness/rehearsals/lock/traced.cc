// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/traced.h"

#include "launch/program.h"
#include "posix/process.h"
#include "posix/syscall_name.h"
#include "rehearsals/lock/instances.h"
#include "trace/machine.h"
#include "trace/wait.h"

#include <algorithm>
#include <map>
#include <utility>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;
using Kind = posix::TraceStop::Kind;

constexpr auto kMostToStop = 1s;
constexpr auto kSlice = 10ms;
/// Who makes no call for this long, and waits, has nothing more to do.
constexpr Duration kRests = 150ms;
constexpr auto kMostToSettle = 2s;
constexpr Duration kTakenForGood = 120ms;
constexpr int kRestsForGood = 4;
constexpr auto kGap = 2ms;

std::optional<trace::Refusal> why_not_program(const launch::Daemon& daemon) {
  const auto program =
      launch::find_program(daemon.scenario().command.front(), posix::current_environment());
  const auto* path = std::get_if<fs::path>(&program);
  return path ? trace::why_not(*path) : std::nullopt;
}

bool waits_everywhere(const std::vector<pid_t>& pids) {
  return std::ranges::all_of(pids, [](pid_t pid) { return trace::read_waits(pid).has_value(); });
}

bool waits_for_lock(const std::vector<pid_t>& pids) {
  return std::ranges::any_of(pids, [](pid_t pid) {
    const auto waits = trace::read_waits(pid);
    return waits && std::ranges::any_of(*waits, [](const auto& one) {
             const std::string call = posix::syscall_name(one.second.number);
             return call == "flock" || call == "fcntl";
           });
  });
}

}  // namespace

std::variant<Traced, CheckResult> Traced::start(Stage& stage, const std::string& name) {
  if (!stage.site()) return stage.trouble();
  Traced traced;
  traced.gate_ = std::make_unique<launch::Gate>(stage.site()->folder().root() / ("gate." + name));
  auto started = start_beside(stage, traced.gate_.get());
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  traced.daemon_ = std::move(std::get<launch::Daemon>(started));
  if (const auto refusal = why_not_program(*traced.daemon_)) return not_applicable(refusal->reason);
  traced.tracer_ = std::make_unique<trace::Tracer>();
  if (const auto refusal = traced.tracer_->seize(traced.daemon_->main().pid()))
    return not_applicable(refusal->reason);
  if (!traced.tracer_->halt(posix::Deadline(kMostToStop)))
    return inconclusive("a new instance could not be stopped at its gate");
  traced.gate_->open();
  return traced;
}

std::variant<Traced, CheckResult> Traced::take(launch::Daemon daemon) {
  Traced traced;
  traced.daemon_ = std::move(daemon);
  traced.tracer_ = std::make_unique<trace::Tracer>();
  std::map<pid_t, trace::Wait> waits;
  for (const pid_t pid : live_processes(*traced.daemon_)) {
    if (const auto some = trace::read_waits(pid)) waits.insert(some->begin(), some->end());
    if (const auto refusal = traced.tracer_->seize(pid)) return not_applicable(refusal->reason);
  }
  if (!traced.tracer_->halt(posix::Deadline(kMostToStop)))
    return inconclusive("a thread of it could not be stopped");
  // So that its call is not interrupted: epoll_wait(2) and others would tell it.
  for (const trace::Thread& thread : traced.tracer_->threads()) {
    const auto wait = waits.find(thread.tracee.tid());
    if (wait != waits.end() && thread.stands_at(Kind::kHalt))
      step_back(thread.tracee, wait->second);
  }
  return traced;
}

bool Traced::run_to(const std::function<bool(const trace::Thread&)>& is_there, Duration most,
                    const Interrupted& interrupted) {
  const posix::Deadline deadline(most);
  auto last_stop = posix::Clock::now();
  const auto judge = [&](const trace::Thread& thread) {
    last_stop = posix::Clock::now();
    return thread.stands_at(Kind::kCall) && is_there(thread);
  };
  while (!deadline.has_passed() && !(interrupted && interrupted())) {
    if (tracer_->run(trace::Tracer::Follow::kCalls, judge, posix::Deadline(kSlice))) return true;
    if (tracer_->is_empty()) return false;
    const bool rests = posix::Clock::now() - last_stop >= kRests;
    if (rests && waits_everywhere(live_processes(*daemon_))) return false;
  }
  return false;
}

bool is_about_to_lock(const trace::Thread& thread, const fs::path& file) {
  return thread.call && thread.call->is_entry && trace::NamedFile(file).is_locked_by(thread);
}

bool has_locked(const trace::Thread& thread, const fs::path& file) {
  return thread.call && !thread.call->is_entry && thread.call->result == 0 &&
         trace::NamedFile(file).is_locked_by(thread);
}

bool is_about_to_remove(const trace::Thread& thread, const fs::path& file) {
  return trace::NamedFile(file).is_removed_by(thread);
}

Settled settle(launch::Daemon& instance, const fs::path& file, Duration usual_start,
               const Interrupted& interrupted) {
  const posix::Deadline deadline(kMostToSettle + 10 * usual_start);
  const Duration for_good = kTakenForGood + 2 * usual_start;
  auto unclaimed_at = posix::Clock::now(), busy_at = unclaimed_at;
  while (!deadline.has_passed() && !(interrupted && interrupted())) {
    if (!instance.has_processes()) return Settled::kGone;
    const auto now = posix::Clock::now();
    const std::vector<pid_t> live = live_processes(instance);
    const auto text = look_at_pid_file(file);
    const auto named = text ? parse_pid_text(text->bytes).pid : std::nullopt;
    const bool is_named = named && std::ranges::find(live, *named) != live.end();
    if (!is_named && claims_among(live, file).empty()) unclaimed_at = now;
    if (!waits_everywhere(live)) busy_at = now;
    if (now - unclaimed_at >= for_good) return Settled::kStays;
    if (now - busy_at >= kRestsForGood * for_good)
      return waits_for_lock(live) ? Settled::kWaits : Settled::kStays;
    posix::pause_for(kGap);
  }
  return instance.has_processes() ? Settled::kUndecided : Settled::kGone;
}

}  // namespace watertight::rehearsals
