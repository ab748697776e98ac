// SPDX-License-Identifier: Apache-2.0
#include "run/consequences.h"

#include <algorithm>
#include <string_view>

namespace watertight::run {
namespace {

struct Consequence {
  std::string_view cause;
  std::string_view effect;
  double most_per_cause;  ///< Effects of one cause, at most; 0: any number.
};

// The most specific causes first.
constexpr Consequence kConsequences[] = {
    {"growth.zombies", "growth.children", 1},
    {"growth.children", "growth.threads", 0},
    {"growth.children", "growth.fds", 0},
    {"growth.children", "growth.maps", 0},
    {"growth.children", "growth.rss", 0},
    {"growth.children", "growth.heap", 0},
    {"growth.unjoined_threads", "growth.maps", 2},
    {"growth.unjoined_threads", "growth.rss", 64 * 1024},
    {"growth.unjoined_threads", "growth.heap", 1024},
    {"growth.threads", "growth.maps", 2},
    {"growth.threads", "growth.rss", 64 * 1024},
    {"growth.threads", "growth.heap", 1024},
    {"growth.close_wait", "growth.fds", 1},
    {"growth.deleted_files", "growth.fds", 1},
    {"growth.inner", "growth.fds", 1},
    {"growth.locks", "growth.fds", 1},
    {"growth.ipc", "growth.maps", 1},
    {"growth.ipc", "growth.rss", 0},
    {"shutdown.uninterruptible", "shutdown.idle", 0},
    {"shutdown.input_ready", "shutdown.busy", 0},
    {"shutdown.input_ready", "shutdown.stuck_reader", 0},
    {"shutdown.held_client", "shutdown.stuck_reader", 0},
    {"shutdown.durable_term", "shutdown.durable_kill", 0},
    {"growth.heap", "growth.rss", 32},  // A byte takes a block of 32.
};

/// Rates of the same growth differ by their noise.
constexpr double kSlack = 1.25;

CheckResult* find_failed(std::vector<CheckResult>& checks, std::string_view id) {
  const auto found = std::ranges::find_if(checks, [id](const CheckResult& check) {
    return check.id == id && check.verdict == Verdict::kFail;
  });
  return found == checks.end() ? nullptr : &*found;
}

bool explains(const CheckResult& cause, const CheckResult& effect, double most_per_cause) {
  if (most_per_cause == 0 || !cause.rate || !effect.rate) return true;
  return effect.rate->per_operation <= kSlack * most_per_cause * cause.rate->per_operation;
}

}  // namespace

void mark_consequences(std::vector<CheckResult>& checks) {
  for (const Consequence& row : kConsequences) {
    const CheckResult* cause = find_failed(checks, row.cause);
    CheckResult* effect = find_failed(checks, row.effect);
    if (!cause || !effect || effect->consequence_of) continue;
    if (explains(*cause, *effect, row.most_per_cause))
      effect->consequence_of = cause->consequence_of.value_or(cause->id);
  }
}

}  // namespace watertight::run
