// SPDX-License-Identifier: Apache-2.0

// What the agent counts, and what it does not.

#include "launch/preload.h"
#include "proc/process.h"
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

bool is_there(pid_t pid) {
  const auto stat = proc::read_stat(pid);
  return stat && !stat->is_dead();
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
