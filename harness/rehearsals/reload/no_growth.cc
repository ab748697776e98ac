// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "probe/resource.h"
#include "probe/sampler.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using probe::Resource;
using Values = std::array<double, probe::kResourceCount>;

/// The first reloads differ: what is loaded lazily, generations that are kept.
constexpr int kToGetWarm = 6;
constexpr int kReloads = 24, kQuickReloads = 10;
constexpr auto kLeast = 15ms, kMostForQuiet = 300ms;
/// What is freed later than that, an old worker for one, has this time at the end.
constexpr auto kMostToFree = 3s;

constexpr std::array kCounted{
    Resource::kFds,  Resource::kThreads,         Resource::kChildren,     Resource::kZombies,
    Resource::kMaps, Resource::kUnjoinedThreads, Resource::kDeletedFiles, Resource::kFiles,
    Resource::kIpc,  Resource::kLocks,           Resource::kInner};

Values look(probe::Sampler& sampler) {
  const probe::Sample sample = sampler.take(0, 0, probe::Sampler::Depth::kWide);
  Values values{};
  for (const Resource resource : kCounted)
    values[static_cast<std::size_t>(resource)] = sample[resource].value_or(0);
  return values;
}

struct Growth {
  Resource resource{};
  int steps = 0;          ///< Reloads after which there was more.
  double per_reload = 0;  ///< The median.
  double total = 0;
};

/// A leak grows with nearly every reload; two signals may come to one reload.
std::vector<Growth> find_growth(const std::vector<Values>& looks) {
  std::vector<Growth> found;
  for (const Resource resource : kCounted) {
    const auto at = static_cast<std::size_t>(resource);
    std::vector<double> deltas;
    for (std::size_t i = 1; i < looks.size(); ++i)
      deltas.push_back(looks[i][at] - looks[i - 1][at]);
    const auto steps = std::ranges::count_if(deltas, [](double delta) { return delta > 0; });
    std::ranges::sort(deltas);
    if (steps * 5 < static_cast<std::ptrdiff_t>(deltas.size()) * 4) continue;
    found.push_back({resource, static_cast<int>(steps), deltas[deltas.size() / 2],
                     looks.back()[at] - looks.front()[at]});
  }
  return found;
}

/// Takes away what has been freed in the meantime, more than half of it.
void drop_freed(std::vector<Growth>& growth, const Values& first, const Values& now) {
  std::erase_if(growth, [&](const Growth& one) {
    const auto at = static_cast<std::size_t>(one.resource);
    return now[at] - first[at] < one.total / 2;
  });
}

std::string describe(const Growth& growth, int reloads) {
  return fmt::format("+{:g} {} per reload ({} of {})", growth.per_reload,
                     probe::traits(growth.resource).title, growth.steps, reloads);
}

}  // namespace

CheckResult reload_no_growth(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  if (ignores_reload(*daemon)) return not_applicable("it ignores SIGHUP: there is no reload");
  probe::Sampler sampler(
      {.root = daemon->guard_pid(), .main = daemon->main().pid(), .state = stage.site()->state()});
  const int reloads = scenario.is_quick ? kQuickReloads : kReloads;
  std::vector<Values> looks;
  wait_until_quiet(*daemon, kMostForQuiet);
  for (int i = 1; i <= kToGetWarm + reloads; ++i) {
    daemon->main().signal(SIGHUP);
    daemon->main().wait_until_ended(posix::Deadline(kLeast));
    wait_until_quiet(*daemon, kMostForQuiet);
    if (stage.is_interrupted()) return stage.trouble();
    if (!daemon->is_alive()) return judge_end(*daemon, i);
    if (i >= kToGetWarm) looks.push_back(look(sampler));
  }
  std::vector<Growth> growth = find_growth(looks);
  const posix::Deadline deadline(kMostToFree);
  while (!growth.empty() && !deadline.has_passed() && !stage.is_interrupted()) {
    wait_until_quiet(*daemon, 50ms);
    drop_freed(growth, looks.front(), look(sampler));
  }
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) return judge_end(*daemon, kToGetWarm + reloads);
  if (growth.empty())
    return passed(
        fmt::format("{} times SIGHUP leave it with no more than it had; would have "
                    "caught one descriptor, thread, process or mapping per reload",
                    reloads));
  std::vector<std::string> texts;
  bool is_only_warning = true;
  for (const Growth& one : growth) {
    texts.push_back(describe(one, reloads));
    is_only_warning = is_only_warning && probe::traits(one.resource).severity != Severity::kFail;
  }
  CheckResult result =
      failed(fmt::format("{}", fmt::join(texts, ", ")), describe_instance(*daemon));
  if (is_only_warning) result.severity = Severity::kWarn;
  return result;
}

}  // namespace watertight::rehearsals
