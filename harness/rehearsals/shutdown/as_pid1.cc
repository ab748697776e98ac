// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/process.h"
#include "rehearsals/shutdown/checks.h"
#include "rehearsals/shutdown/fault.h"
#include "rehearsals/shutdown/namespaces.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Windows of those who run a daemon as the first process of its container.
constexpr std::array<std::string_view, 11> kContainers = {
    "docker",       "podman",   "kubernetes", "nomad",  "ecs", "cloudrun",
    "cloudfoundry", "azure-ca", "heroku",     "render", "fly"};

/// Process 1 of a new namespace, which is given an orphan before it becomes the daemon: a process
/// that ends after 0.2 s, whose parent has not waited for it.
const std::vector<std::string> kOptions = {
    "--pid", "--fork", "/bin/sh", "-c", "(sleep 0.2 &) ; exec \"$@\"", "sh"};
constexpr auto kMostForQuiet = 500ms;
constexpr auto kMostToReap = 2s;

/// The first process of the namespace: the child of unshare(1), which started it.
std::optional<pid_t> first_of_namespace(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (stat && stat->parent == daemon.main().pid() && !stat->is_dead()) return pid;
  }
  return std::nullopt;
}

/// Waits until the orphan has ended and was waited for; a zombie that stays is told.
std::optional<std::string> find_zombie(const launch::Daemon& daemon, pid_t first) {
  std::optional<std::string> zombie;
  for (const posix::Deadline deadline(kMostToReap); !deadline.has_passed(); posix::pause_for(5ms)) {
    zombie.reset();
    bool sleeps = false;
    for (const pid_t pid : daemon.processes()) {
      const auto stat = proc::read_stat(pid);
      if (!stat || stat->parent != first || stat->comm != "sleep") continue;
      sleeps = !stat->is_dead();
      if (stat->is_dead()) zombie = fmt::format("{} ({})", pid, stat->comm);
    }
    if (!zombie && !sleeps) break;
  }
  return zombie;
}

/// Evidence: what SIGTERM means to it.
std::string describe_disposition(pid_t pid) {
  const auto status = proc::read_status(pid);
  const bool is_default =
      status && ((status->caught | status->blocked | status->ignored) >> (SIGTERM - 1) & 1) == 0;
  return is_default ? "SIGTERM has its default action, which the kernel leaves out for process 1 "
                      "(pid_namespaces(7))"
                    : "SIGTERM is caught, blocked or ignored";
}

/// A PID file names process 1, which out here is another one.
Scenario in_container(const Scenario& scenario) {
  Scenario inside = scenario;
  inside.pid_file.clear();
  if (inside.ready.kind == Ready::Kind::kPidFile) inside.ready.kind = Ready::Kind::kAuto;
  return inside;
}

}  // namespace

CheckResult shutdown_as_pid1(const Scenario& scenario, const Interrupted& interrupted) {
  const bool is_container =
      std::ranges::find(kContainers, scenario.window.profile) != kContainers.end();
  if (!is_container && !is_chosen_by_name(scenario, "shutdown.as_pid1"))
    return not_applicable(
        "for containers: --window docker, kubernetes, …, or --only shutdown.as_pid1");
  if (scenario.ready.kind == Ready::Kind::kForked)
    return not_applicable("in the background: a container ends with its first process");
  const auto through = unshare(scenario, kOptions);
  if (const auto why = why_not_through(scenario, through); !why.empty()) return not_applicable(why);

  const Scenario inside = in_container(scenario);
  Stage stage(inside, interrupted);
  auto daemon = stage.start({.through = through});
  if (!daemon) return stage.trouble();
  wait_until_quiet(*daemon, kMostForQuiet);
  const auto first = first_of_namespace(*daemon);
  if (!first) return inconclusive("it ended before SIGTERM", log_evidence(*daemon));
  const auto zombie = find_zombie(*daemon, *first);
  const std::string disposition = describe_disposition(*first);
  const auto tell = [first](const launch::Daemon&) {
    if (const auto process = posix::ProcessHandle::open(*first)) process->signal(SIGTERM);
  };
  const Stop stop =
      stop_daemon(*daemon, {.window = scenario.window.length, .tell = tell}, interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (auto fault = find_fault(stop, *daemon, "as process 1 of its namespace")) {
    fault->evidence.insert(fault->evidence.begin(), disposition);
    return *fault;
  }
  if (zombie) {
    CheckResult result = failed(
        fmt::format("as process 1 it leaves an orphan a zombie: {}", *zombie), {disposition});
    result.severity = Severity::kWarn;
    return result;
  }
  return passed(
      fmt::format("as process 1 it ends {} after SIGTERM, and reaps an orphan; would have "
                  "caught one that relies on the default action",
                  text_of(stop.until_exit)));
}

}  // namespace watertight::rehearsals
