// SPDX-License-Identifier: Apache-2.0

// What the agent counts, and what it does not.

#include "launch/preload.h"
#include "proc/process.h"
#include "report/quantity.h"
#include "run/blame.h"
#include "run/growth_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace watertight::run {
namespace {

/// Of the operations in which stacks are seen.
constexpr auto kLongestAsking = std::chrono::milliseconds(500);
constexpr std::size_t kMostUncounted = 3;

constexpr const char* kNoPlace =
    "it cannot open the file in which the agent counts, or there are too many processes";

std::string why_not_loaded(pid_t pid) {
  return launch::why_not_loaded(pid, launch::kAgentLibrary, "the agent");
}

/// Memory that a program takes from the kernel for an allocator of its own (Python's, a jemalloc
/// that is linked into it) is as good as unseen: what is allocated within is not known. From so
/// much on it is told, and where it is more than the heap, a pass of the heap says little.
constexpr std::int64_t kMostSelfMapped = 512 * 1024;

/// The libraries whose mappings malloc(3) hands out in blocks, which are counted.
bool is_behind_malloc(const std::string& module) {
  const std::string name = module.substr(module.rfind('/') + 1);
  return name.starts_with("libc.so") || name.starts_with("ld-linux") ||
         (name.starts_with("lib") && name.find("malloc") != std::string::npos);
}

std::string module_of(const std::vector<proc::Mapping>& maps, std::uint64_t address) {
  const auto found = std::ranges::find_if(maps, [address](const proc::Mapping& mapping) {
    return mapping.start <= address && address < mapping.end;
  });
  return found == maps.end() ? "" : found->path;
}

bool is_there(pid_t pid) {
  const auto stat = proc::read_stat(pid);
  return stat && !stat->is_dead();
}

/// Mapped by mmap(2) with MAP_SHARED | MAP_ANONYMOUS, shmat(2) or of shm_open(3), as
/// /proc/PID/maps shows them.
bool is_shared_memory(const proc::Mapping& mapping) {
  const std::string& path = mapping.path;
  return path.starts_with("/dev/zero") || path.starts_with("/SYSV") ||
         path.starts_with("/dev/shm/");
}

}  // namespace

/// To be called when the daemon is ready: what a program that another one executes in its place
/// (exec of a shell) does not load, the file of the agent does not tell.
void GrowthRun::find_why_no_heap() {
  why_no_heap_ = instruments_.agent == nullptr ? instruments_.why_no_agent
                                               : why_not_loaded(daemon_.main().pid());
}

bool GrowthRun::counts_heap() const {
  return why_no_heap_.empty() && std::ranges::any_of(samples_, [](const probe::Sample& sample) {
           return sample[Resource::kHeap].has_value();
         });
}

bool GrowthRun::is_measured(Resource resource) const {
  if (resource == Resource::kHeap) return counts_heap();
  return resource != Resource::kRss || why_no_rss_.empty();
}

CheckResult GrowthRun::report_unmeasured(Resource resource) const {
  const auto& traits = probe::traits(resource);
  CheckResult result;
  result.id = fmt::format("growth.{}", traits.id);
  result.severity = traits.severity;
  result.verdict = scenario_.is_strict ? Verdict::kInconclusive : Verdict::kNotApplicable;
  result.summary =
      resource == Resource::kRss
          ? why_no_rss_
          : "live heap is not counted: " + (why_no_heap_.empty() ? kNoPlace : why_no_heap_);
  return result;
}

/// Of the processes in which the agent does not count, a sentence each.
std::vector<std::string> GrowthRun::describe_uncounted() const {
  std::map<pid_t, std::string> reasons;
  for (const pid_t pid : sampler_.heap()->uncounted()) reasons[pid] = kNoPlace;
  for (const pid_t pid : sampler_.live())
    if (const std::string reason = why_not_loaded(pid); !reason.empty() && is_there(pid))
      reasons[pid] = reason;
  std::vector<std::string> sentences;
  for (const auto& [pid, reason] : reasons)
    sentences.push_back(fmt::format("process {} is not counted: {}", pid, reason));
  if (sentences.size() > kMostUncounted) sentences.resize(kMostUncounted);
  return sentences;
}

/// What was not counted could turn a pass; and a failure, where it is not less than what grew.
void GrowthRun::doubt_heap(CheckResult& result) const {
  const probe::HeapWatch& heap = *sampler_.heap();
  std::vector<std::string> doubts = describe_uncounted();
  if (heap.missed() > 0)
    doubts.push_back(fmt::format("{} allocations were not counted: there was no memory to do so",
                                 heap.missed()));
  const bool is_outgrown =
      heap.missed() == 0 || heap.grown().count > static_cast<std::int64_t>(heap.missed());
  const bool is_doubted =
      result.verdict == Verdict::kPass || (result.verdict == Verdict::kFail && !is_outgrown);
  if (!doubts.empty() && is_doubted) {
    result.verdict = Verdict::kInconclusive;
    result.summary = fmt::format("{} (of what is: {})", doubts.front(), result.summary);
    doubts.erase(doubts.begin());
  }
  std::ranges::move(doubts, std::back_inserter(result.evidence));
}

/// What the daemon's own code maps for itself alone, and has not unmapped. Shared memory is of a
/// size that does not change (PostgreSQL's buffers), and counted by growth.rss.
std::int64_t GrowthRun::self_mapped_bytes() const {
  std::int64_t all = 0;
  for (const pid_t pid : sampler_.live()) {
    std::int64_t bytes = 0;
    const auto maps = proc::read_maps(pid).value_or(std::vector<proc::Mapping>{});
    for (const probe::AgentSite& site : instruments_.agent->sites(pid)) {
      const bool is_own = site.kind == probe::AgentKind::kMapping &&
                          !is_behind_malloc(module_of(maps, site.caller));
      if (is_own) bytes += site.live.bytes;
    }
    for (const proc::Mapping& mapping : maps)
      if (is_shared_memory(mapping))
        bytes -= static_cast<std::int64_t>(mapping.end - mapping.start);
    all += std::max<std::int64_t>(bytes, 0);
  }
  return all;
}

/// A pass of the heap claims nothing about memory that does not come from malloc(3); where that is
/// most of it, and nothing else vouches for it, there is no pass.
void GrowthRun::narrow_heap() {
  const auto heap = std::ranges::find(report_.checks, "growth.heap", &CheckResult::id);
  if (heap == report_.checks.end() || heap->verdict != Verdict::kPass || !sampler_.heap()) return;
  const std::int64_t bytes = self_mapped_bytes();
  if (bytes < kMostSelfMapped) return;
  const std::string unseen = fmt::format(
      "of malloc(3) only: the daemon maps {} itself, and what it allocates within is "
      "not counted (growth.rss)",
      report::format_bytes(static_cast<double>(bytes)));
  const auto rss = std::ranges::find(report_.checks, "growth.rss", &CheckResult::id);
  const bool is_vouched_for = rss != report_.checks.end() && rss->verdict == Verdict::kPass;
  if (is_vouched_for || bytes < sampler_.heap()->live().bytes) {
    heap->evidence.push_back(unseen);
    return;
  }
  heap->verdict = Verdict::kInconclusive;
  heap->summary = fmt::format("{} ({})", unseen, heap->summary);
}

/// While the daemon still runs. Work that is made for it does not count.
void GrowthRun::ask_agent() {
  const bool is_hurried = scenario_.fails_fast && scenario_.blame == BlameMode::kAuto;
  if (!agent_ || is_hurried || !daemon_.is_alive() || watch_.interrupted()) return;
  std::vector<std::string> resources;
  for (const Judged& judged : judged_)
    if (judged.judge.verdict().verdict == Verdict::kFail)
      resources.emplace_back(probe::traits(judged.resource).id);
  if (resources.empty()) return;
  watch_.announce("asking who is to blame");
  const auto work = [this](std::uint64_t operations) {
    const posix::Deadline deadline(kLongestAsking);
    const auto tally = workload_.next_round(operations, pace_, [&] {
      return deadline.has_passed() ? Watch::kDeadline : watch_.interrupted();
    });
    wait_until_quiet();
    return tally.attempted;
  };
  answer_ = agent_->explain({daemon_, work, resources, suppressions_}, tally_.attempted);
}

}  // namespace watertight::run
