// SPDX-License-Identifier: Apache-2.0
#include "scenario/validate.h"

#include "scenario/file.h"
#include "scenario/placeholders.h"
#include "scenario/resources.h"
#include "scenario/text_checks.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <cmath>

namespace watertight::scenario {
namespace {

constexpr unsigned kMostConcurrency = 1024;
constexpr std::uint64_t kFewestDescriptors = 16;

void require(bool holds, const std::string& otherwise) {
  if (!holds) throw ScenarioError(otherwise);
}

/// argv, the environment and paths are C strings: a NUL would silently cut them short.
void require_no_nul(std::string_view text, std::string_view what) {
  require(text.find('\0') == std::string_view::npos, fmt::format("{} holds a NUL byte", what));
}

void validate_command(const Scenario& scenario) {
  require(!scenario.command.empty() && !scenario.command.front().empty(),
          "no daemon to check: write its command after `--`, or `command = [\"…\"]` in the "
          "scenario file");
  for (const std::string& argument : scenario.command) require_no_nul(argument, "command");
  for (const auto& [name, value] : scenario.environment) {
    require(!name.empty() && name.find('=') == std::string::npos,
            fmt::format("`{}` is not the name of an environment variable", name));
    require_no_nul(name + value, "environment");
  }
  for (const FileTemplate& file : scenario.files) {
    require(!file.path.empty(), "a file needs a path, for example {state}/daemon.conf");
    require_no_nul(file.path, "file path");
  }
  require(!scenario.descriptor_limit || *scenario.descriptor_limit >= kFewestDescriptors,
          fmt::format("a descriptor limit below {} leaves no room to start", kFewestDescriptors));
}

void validate_measures(const Scenario& scenario) {
  require(scenario.concurrency >= 1 && scenario.concurrency <= kMostConcurrency,
          fmt::format("concurrency must be from 1 to {}", kMostConcurrency));
  require(!scenario.operations_per_second || (*scenario.operations_per_second > 0 &&
                                              std::isfinite(*scenario.operations_per_second)),
          "the rate must be above 0 operations a second");
  require(scenario.budget.whole_time() > Duration::zero(), "the time budget must be above 0");
  require(!scenario.budget.operations || *scenario.budget.operations > 0,
          "the budget must be at least 1 operation");
  require(scenario.window.length > Duration::zero(), "the window must be above 0");
  require(scenario.ready.timeout > Duration::zero(), "the ready timeout must be above 0");
  for (const Tolerance& tolerance : scenario.tolerate) {
    growth_resource(tolerance.resource);
    require(tolerance.per_operation >= 0 && std::isfinite(tolerance.per_operation),
            fmt::format("the tolerance of {} must be 0 or above", tolerance.resource));
  }
  for (const Pool& pool : scenario.pools) {
    growth_resource(pool.resource);
    require(pool.size >= 0 && std::isfinite(pool.size),
            fmt::format("the pool of {} must be 0 or above", pool.resource));
  }
  require(!scenario.warp || (*scenario.warp >= 2 && *scenario.warp <= 1000),
          "the warp must be from 2 to 1000 times");
  require(!scenario.warp || !scenario.environment.contains("FAKETIME"),
          "the warp sets FAKETIME itself: leave it out of the environment");
  require(scenario.write.empty() == scenario.verify.empty(),
          "`write` and `verify` belong together: one stores records, the other lists them");
  require(!scenario.is_quick || !scenario.is_thorough,
          "quick and thorough exclude each other: choose one");
  require(scenario.alpha > 0 && scenario.alpha <= 0.5, "alpha must be above 0 and at most 0.5");
}

}  // namespace

void validate_stress(const Stress& stress) {
  using Kind = Stress::Kind;
  const bool sends =
      stress.kind == Kind::kTcp || stress.kind == Kind::kUnix || stress.kind == Kind::kUdp;
  const bool connects = stress.kind == Kind::kTcp || stress.kind == Kind::kUnix;
  const bool is_polite = stress.manners == std::vector{Manner::kPolite};
  require(sends || stress.send.empty(), "`send` is for tcp, unix and udp stress");
  require(sends || stress.expect.empty(), "`expect` is for tcp, unix and udp stress");
  require(connects || is_polite, "`manners` are for tcp and unix stress");
  require(!stress.manners.empty(), "`manners` is empty; leave it out for `polite`");
  require(stress.kind == Kind::kHttp || !stress.keep_alive, "`keep_alive` is for http stress");
  require(stress.kind == Kind::kExec || stress.operations_per_run == 1,
          "`ops_per_run` is for exec stress");
  require(stress.operations_per_run > 0, "`ops_per_run` must be at least 1");
  require(stress.kind != Kind::kCallable || stress.callable,
          "a callable stress needs its callable");
  if (!stress.expect.empty()) require_regex(stress.expect);
}

void complete_and_validate(Scenario& scenario) {
  validate_command(scenario);
  for (const Stress& stress : scenario.stress) validate_stress(stress);
  validate_measures(scenario);
  const unsigned ports = ports_needed(scenario);
  require(ports <= kMostPorts,
          fmt::format("{{port{}}}: a run has at most {} ports", ports, kMostPorts));
  if (scenario.name.empty())
    scenario.name = std::filesystem::path(scenario.command.front()).filename().string();
}

}  // namespace watertight::scenario
