// SPDX-License-Identifier: Apache-2.0
#include "probe/agent_area.h"

#include "proc/process.h"

#include <algorithm>
#include <utility>

namespace watertight::probe {
namespace {

template <typename T>
T load(const T& field) {
  return __atomic_load_n(&field, __ATOMIC_ACQUIRE);
}

std::size_t size_of(const AgentArea::Options& options) {
  return sizeof(WatertightAgentArea) + options.slots * sizeof(WatertightAgentSlot);
}

std::uint32_t site_count(const WatertightAgentSlot& slot) {
  return std::min<std::uint32_t>(load(slot.site_count), kWatertightAgentSites);
}

std::vector<std::uint64_t> frames_of(const WatertightAgentSlot& slot, std::uint32_t number) {
  if (number == 0 || number > kWatertightAgentStacks) return {};
  const WatertightAgentStack& stack = slot.stacks[number - 1];
  const auto depth = std::min<std::uint64_t>(load(stack.depth), kWatertightAgentFrames);
  return {stack.frames, stack.frames + depth};
}

}  // namespace

AgentArea::AgentArea(const std::filesystem::path& file, const Options& options)
    : AgentArea(posix::SharedMapping::create(file, size_of(options)), file, options) {}

AgentArea AgentArea::in(const std::filesystem::path& file, const Options& options) {
  return {posix::SharedMapping::open(file, size_of(options)), file, options};
}

AgentArea::AgentArea(posix::SharedMapping memory, const std::filesystem::path& file,
                     const Options& options)
    : memory_(std::move(memory)),
      slots_(std::min<std::uint32_t>(options.slots, kWatertightAgentMostSlots)),
      sample_shift_(options.sample_shift),
      variable_(WATERTIGHT_AGENT_VARIABLE "=" + file.string()) {
  WatertightAgentArea& area = header();
  area.magic = WATERTIGHT_AGENT_MAGIC;
  area.version = WATERTIGHT_AGENT_VERSION;
  area.slot_count = slots_;
  area.slot_bytes = sizeof(WatertightAgentSlot);
  area.sample_shift = sample_shift_;
  const std::uint32_t every_kind = (1u << kWatertightAgentKinds) - 1;
  area.stack_kinds = options.has_stacks ? every_kind & ~(1u << kWatertightAgentHeap) : 0;
}

WatertightAgentArea& AgentArea::header() const {
  return *reinterpret_cast<WatertightAgentArea*>(memory_.data());
}

WatertightAgentSlot& AgentArea::slot(std::uint32_t index) const {
  auto* first =
      reinterpret_cast<WatertightAgentSlot*>(memory_.data() + sizeof(WatertightAgentArea));
  return first[index];
}

WatertightAgentSlot* AgentArea::find(pid_t pid) const {
  for (std::uint32_t i = 0; i < slots_; ++i) {
    const std::uint64_t owner = load(header().owners[i]);
    if (static_cast<std::uint32_t>(owner) == static_cast<std::uint32_t>(pid) && owner != 0 &&
        load(slot(i).ready) == owner)
      return &slot(i);
  }
  return nullptr;
}

std::int64_t AgentArea::weight(AgentKind kind) const {
  return kind == AgentKind::kHeap ? std::int64_t{1} << sample_shift_ : 1;
}

AgentCount AgentArea::live(const WatertightAgentSlot& slot, std::uint32_t site) const {
  AgentCount sum;
  for (const auto& stripe : slot.counters)
    sum += {load(stripe[site].count), load(stripe[site].bytes)};
  const std::int64_t each = weight(static_cast<AgentKind>(slot.sites[site].kind));
  return {sum.count * each, sum.bytes * each};
}

std::optional<AgentCount> AgentArea::total(pid_t pid, AgentKind kind) const {
  const WatertightAgentSlot* found = find(pid);
  if (found == nullptr) return std::nullopt;
  const std::uint32_t count = site_count(*found);
  AgentCount sum;
  // Stripe by stripe, as they lie in memory.
  for (const auto& stripe : found->counters)
    for (std::uint32_t site = 0; site < count; ++site)
      if (static_cast<AgentKind>(found->sites[site].kind) == kind)
        sum += {load(stripe[site].count), load(stripe[site].bytes)};
  return AgentCount{sum.count * weight(kind), sum.bytes * weight(kind)};
}

std::vector<AgentSite> AgentArea::sites(pid_t pid) const {
  std::vector<AgentSite> all;
  const WatertightAgentSlot* found = find(pid);
  if (found == nullptr) return all;
  const std::uint32_t count = site_count(*found);
  for (std::uint32_t number = 0; number < count; ++number) {
    const AgentCount now = live(*found, number);
    if (now.count == 0 && now.bytes == 0) continue;
    const WatertightAgentSite& site = found->sites[number];
    all.push_back({number, static_cast<AgentKind>(site.kind), site.caller,
                   frames_of(*found, site.stack), now});
  }
  return all;
}

std::optional<std::uint32_t> AgentArea::site_of_descriptor(pid_t pid, int fd) const {
  const WatertightAgentSlot* found = find(pid);
  if (found == nullptr || fd < 0 || fd >= kWatertightAgentFds) return std::nullopt;
  const std::uint32_t site = load(found->fds[fd]);
  return site != 0 && site < site_count(*found) ? std::optional(site) : std::nullopt;
}

bool AgentArea::take_stacks(pid_t pid, std::uint32_t site) {
  WatertightAgentSlot* found = find(pid);
  if (found == nullptr || site >= site_count(*found)) return false;
  __atomic_store_n(&found->sites[site].takes_stacks, 1, __ATOMIC_RELEASE);
  return true;
}

std::uint64_t AgentArea::missed(pid_t pid, AgentKind kind) const {
  const WatertightAgentSlot* found = find(pid);
  if (found == nullptr) return 0;
  return kind == AgentKind::kHeap ? load(found->missed_blocks) : load(found->missed);
}

std::uint64_t AgentArea::own_bytes(pid_t pid) const {
  const WatertightAgentSlot* found = find(pid);
  return found == nullptr ? 0 : load(found->table_bytes);
}

std::uint32_t AgentArea::refused() const { return load(header().refused); }

void AgentArea::release_ended() {
  for (std::uint32_t i = 0; i < slots_; ++i) {
    std::uint64_t owner = load(header().owners[i]);
    if (owner == 0) continue;
    const auto stat = proc::read_stat(static_cast<pid_t>(static_cast<std::uint32_t>(owner)));
    if (!stat || stat->is_dead())
      __atomic_compare_exchange_n(&header().owners[i], &owner, 0, false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_RELAXED);
  }
}

}  // namespace watertight::probe
