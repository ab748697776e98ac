// SPDX-License-Identifier: Apache-2.0
#include "blame/agent.h"

#include "blame/black_box.h"
#include "blame/symbols.h"
#include "proc/files.h"
#include "proc/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <string_view>

namespace watertight::blame {
namespace {

using probe::AgentCount;
using probe::AgentKind;
using probe::AgentSite;

/// So much later than the last look that was kept another one is.
constexpr double kNextLook = 1.2;
/// What leaks grows from each of these shares of the run to the next, and to the end; what grew
/// once is a start-up, a cache or a table that doubled.
constexpr std::array<double, 3> kEdges = {0.25, 0.5, 0.75};
/// Sites of a resource that are told, and allocating ones of which stacks are taken.
constexpr std::size_t kMostSites = 10;
constexpr std::size_t kMostWithStacks = 8;
constexpr std::string_view kAgent = "/libwatertight-agent.so";
/// From so many stacks the shares of a site's callers are told ...
constexpr double kStacksWanted = 64;
/// ... where that does not take more operations.
constexpr double kMostOperations = 8192;

bool is_among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_memory(std::string_view resource) { return is_among(resource, {"heap", "rss"}); }

/// What the agent counts of a resource; nothing where it sees none of it.
std::vector<AgentKind> kinds_of(std::string_view resource) {
  if (resource == "heap") return {AgentKind::kHeap};
  if (resource == "rss") return {AgentKind::kHeap, AgentKind::kMapping};
  if (resource == "maps") return {AgentKind::kMapping, AgentKind::kThread};
  if (resource == "files") return {AgentKind::kFile};
  if (is_among(resource, {"fds", "close_wait", "deleted_files", "locks", "inner"}))
    return {AgentKind::kFd};
  if (is_among(resource, {"threads", "unjoined_threads"})) return {AgentKind::kThread};
  if (is_among(resource, {"children", "zombies"})) return {AgentKind::kChild};
  return {};
}

bool grows(const AgentCount& before, const AgentCount& after) {
  return after.bytes > before.bytes || (after.bytes == before.bytes && after.count > before.count);
}

double size_of(const AgentCount& count) {
  return static_cast<double>(count.bytes > 0 ? count.bytes : count.count);
}

AgentCount scaled(const AgentCount& count, double share) {
  const auto scale = [share](std::int64_t number) {
    return static_cast<std::int64_t>(share * static_cast<double>(number) + 0.5);
  };
  return {scale(count.count), scale(count.bytes)};
}

/// What a descriptor of the site is, the last one that it opened.
std::string describe_descriptor_of(const probe::AgentArea& area, pid_t pid, std::uint32_t site) {
  const auto files = proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{});
  const proc::OpenFile* last = nullptr;
  for (const proc::OpenFile& file : files)
    if (area.site_of_descriptor(pid, file.fd) == site && (last == nullptr || last->fd < file.fd))
      last = &file;
  return last == nullptr ? "descriptors" : DescriptorNames().name_of(pid, *last);
}

/// Of blocks GrowingSites tells, once it has added them up.
std::string describe(const probe::AgentArea& area, pid_t pid, const AgentSite& site) {
  switch (site.kind) {
    case AgentKind::kHeap:
      return "";
    case AgentKind::kFd:
      return describe_descriptor_of(area, pid, site.number);
    case AgentKind::kThread:
      return "threads, neither joined nor detached";
    case AgentKind::kChild:
      return "children, not waited for";
    case AgentKind::kFile:
      return "files, not removed";
    case AgentKind::kMapping:
      return "mappings, not unmapped";
  }
  return "";
}

std::uint64_t at_least_0(std::int64_t number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number));
}

void add(const GrowingSites& sites, const std::string& resource, const Suppressions& suppressions,
         Answer& answer) {
  Shared shared = share_out(sites.steady(), resource, suppressions, [](const auto& site) {
    return site.finding.what.empty() ? describe_blocks(site) : site.finding.what;
  });
  if (shared.blame.empty() && shared.remarks.empty())
    answer.remarks.push_back(fmt::format(
        "the agent cannot tell who is to blame for growth.{}: {}", resource,
        kinds_of(resource).empty() ? "it does not follow such things"
                                   : "what grew was made in a way that it does not see"));
  std::ranges::move(shared.remarks, std::back_inserter(answer.remarks));
  if (!shared.blame.empty()) answer.blame[resource] = std::move(shared.blame);
}

/// Gives addresses their names, in the processes that they belong to.
class Resolver {
 public:
  std::vector<Frame> resolve(pid_t pid, const std::vector<std::uint64_t>& addresses) {
    const auto [space, is_new] = spaces_.try_emplace(pid, pid);
    if (is_new)
      if (const auto maps = proc::read_maps(pid)) space->second.add(*maps);
    std::vector<Frame> stack = symbols_.resolve(space->second, addresses);
    // Where a library of the user's is preloaded too, a call goes through the agent half-way.
    std::erase_if(stack, [](const Frame& frame) { return frame.module.ends_with(kAgent); });
    return stack;
  }

 private:
  std::map<pid_t, AddressSpace> spaces_;
  Symbols symbols_;
};

}  // namespace

Agent::Look Agent::take_look(const std::vector<pid_t>& processes) const {
  Look look;
  for (const pid_t pid : processes)
    for (AgentSite& site : area_.sites(pid))
      look.sites.emplace(Site{pid, site.number}, std::move(site));
  return look;
}

void Agent::look(std::uint64_t operations, const std::vector<pid_t>& processes) {
  const auto next = [this] {
    return kNextLook * (static_cast<double>(looks_.back().operations) + 1);
  };
  if (!looks_.empty() && static_cast<double>(operations) < next()) return;
  looks_.push_back(take_look(processes));
  looks_.back().operations = operations;
}

/// The sites that hold more than they did, from edge to edge of the run; where there is none of a
/// kind (a limit was reached early), those that hold more than they did at first.
std::vector<Agent::Grown> Agent::find_grown(const Look& now) const {
  const auto held = [](const Look& look, const Site& key) {
    const auto found = look.sites.find(key);
    return found == look.sites.end() ? AgentCount{} : found->second.live;
  };
  const auto has_process = [](const Look& look, pid_t pid) {
    const auto first = look.sites.lower_bound({pid, 0});
    return first != look.sites.end() && first->first.first == pid;
  };
  std::vector<const Look*> edges;
  for (const double share : kEdges)
    for (const Look& look : looks_)
      if (static_cast<double>(look.operations) >= share * static_cast<double>(now.operations)) {
        if (edges.empty() || edges.back() != &look) edges.push_back(&look);
        break;
      }

  std::vector<Grown> grown;
  for (const auto& [key, site] : now.sites) {
    const auto first = std::ranges::find_if(
        looks_, [&](const Look& look) { return has_process(look, key.first); });
    if (first == looks_.end()) continue;  // Of a new process, that began with all its parent held.
    const AgentCount before = held(*first, key);
    if (!grows(before, site.live)) continue;
    AgentCount later = site.live;
    const bool is_steady = std::ranges::all_of(edges | std::views::reverse, [&](const Look* edge) {
      if (!has_process(*edge, key.first)) return true;
      const AgentCount earlier = held(*edge, key);
      return grows(earlier, std::exchange(later, earlier));
    });
    grown.push_back({key.first,
                     site,
                     {site.live.count - before.count, site.live.bytes - before.bytes},
                     is_steady});
  }
  return grown;
}

std::vector<Agent::Grown> Agent::of_resource(const std::vector<Grown>& grown,
                                             std::string_view resource) {
  const std::vector<AgentKind> kinds = kinds_of(resource);
  std::vector<Grown> found;
  std::ranges::copy_if(grown, std::back_inserter(found), [&](const Grown& one) {
    return std::ranges::find(kinds, one.site.kind) != kinds.end();
  });
  if (std::ranges::any_of(found, &Grown::is_steady))
    std::erase_if(found, [](const Grown& one) { return !one.is_steady; });
  std::ranges::stable_sort(found, std::ranges::greater{},
                           [](const Grown& one) { return size_of(one.growth); });
  if (found.size() > kMostSites) found.resize(kMostSites);
  return found;
}

/// Lets the daemon work on while the largest allocating sites take stacks.
void Agent::take_stacks(const std::vector<Grown>& sites, const Question& question,
                        std::uint64_t operations) {
  double wanted = 0;
  std::size_t taken = 0;
  for (const Grown& one : sites) {
    if (one.site.kind != AgentKind::kHeap || !one.site.frames.empty()) continue;
    if (taken == kMostWithStacks || !area_.take_stacks(one.pid, one.site.number)) continue;
    if (++taken == 1)
      wanted = kStacksWanted * static_cast<double>(operations) /
               static_cast<double>(std::max<std::int64_t>(1, one.growth.count));
  }
  if (taken > 0)
    question.work(static_cast<std::uint64_t>(std::clamp(wanted, kStacksWanted, kMostOperations)));
}

/// What a site grew by, shared out among the stacks that were seen of it.
std::vector<Agent::Grown> Agent::split_by_stack(const Grown& one, const Look& now) {
  std::vector<Grown> parts;
  double total = 0;
  for (const auto& [key, site] : now.sites) {
    const bool is_part = key.first == one.pid && site.kind == one.site.kind &&
                         site.caller == one.site.caller && !site.frames.empty();
    if (!is_part || size_of(site.live) <= 0) continue;
    parts.push_back({one.pid, site, site.live, one.is_steady});
    total += size_of(site.live);
  }
  if (!one.site.frames.empty() || parts.empty()) return {one};
  for (Grown& part : parts) part.growth = scaled(one.growth, size_of(part.growth) / total);
  return parts;
}

Answer Agent::explain(const Question& question, std::uint64_t operations) {
  const auto look_now = [&] { return take_look(question.daemon.processes()); };
  Look now = look_now();
  now.operations = operations;
  const std::vector<Grown> grown = find_grown(now);
  if (std::ranges::any_of(question.resources, is_memory)) {
    take_stacks(of_resource(grown, "heap"), question, operations);
    now = look_now();
  }
  Answer answer;
  Resolver resolver;
  for (const std::string& resource : question.resources) {
    GrowingSites sites;
    sites.next_round();
    for (const Grown& whole : of_resource(grown, resource))
      for (const Grown& one : split_by_stack(whole, now)) {
        const AgentSite& site = one.site;
        if (site.caller == 0) continue;  // All those that found no place.
        Finding finding{.kind = Finding::Kind::kHeld, .what = describe(area_, one.pid, site)};
        finding.addresses = site.frames.empty() ? std::vector{site.caller} : site.frames;
        finding.stack = resolver.resolve(one.pid, finding.addresses);
        sites.add(finding, is_memory(resource) ? at_least_0(one.growth.bytes) : 0,
                  at_least_0(one.growth.count));
      }
    add(sites, resource, question.suppressions, answer);
  }
  return answer;
}

}  // namespace watertight::blame
