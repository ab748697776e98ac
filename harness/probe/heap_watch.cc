// SPDX-License-Identifier: Apache-2.0
#include "probe/heap_watch.h"

#include <utility>

namespace watertight::probe {

std::optional<AgentCount> HeapWatch::look(const std::vector<pid_t>& processes) {
  std::optional<AgentCount> sum;
  std::map<pid_t, std::uint64_t> missed_now;
  const std::set<pid_t> doubtful_before = std::exchange(doubtful_, {});
  for (const pid_t pid : processes) {
    const auto live = area_.total(pid, AgentKind::kHeap);
    if (!live) {
      if (doubtful_before.contains(pid)) uncounted_.insert(pid);
      doubtful_.insert(pid);
      continue;
    }
    if (!sum) sum.emplace();
    *sum += *live;
    const std::uint64_t missed = area_.missed(pid, AgentKind::kHeap);
    const auto before = missed_before_.find(pid);
    const std::uint64_t known = before != missed_before_.end() ? before->second
                                : first_                       ? 0
                                                               : missed;
    if (missed > known) missed_ += missed - known;
    missed_now.emplace(pid, missed);
  }
  missed_before_ = std::move(missed_now);
  if (sum) last_ = sum;
  if (!first_) first_ = sum;
  return sum;
}

AgentCount HeapWatch::grown() const {
  if (!first_) return {};
  return {last_->count - first_->count, last_->bytes - first_->bytes};
}

}  // namespace watertight::probe
