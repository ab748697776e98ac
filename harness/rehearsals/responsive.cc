// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/responsive.h"

#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLoad = 2s, kQuickLoad = 600ms;
constexpr auto kBetweenQuestions = 100ms;
constexpr auto kRest = 200ms;
constexpr std::uint64_t kPortion = 64;

struct Loaded {
  std::optional<std::string> complaint;
  std::uint64_t operations = 0;
};

/// The scenario's own stress, and a question every tenth of a second.
Loaded ask_under_load(launch::Daemon& daemon, Client& client, Duration time,
                      const Interrupted& interrupted) {
  stress::Workload load(daemon, answered(daemon.scenario().stress));
  Loaded loaded;
  const posix::Deadline end(time);
  while (!end.has_passed() && !loaded.complaint && !(interrupted && interrupted())) {
    const posix::Deadline question(kBetweenQuestions);
    while (!question.has_passed() && daemon.is_alive())
      loaded.operations +=
          load.next_round(kPortion, std::nullopt,
                          [&] { return question.has_passed() || (interrupted && interrupted()); })
              .attempted;
    loaded.complaint = client.complaint(interrupted);
  }
  return loaded;
}

CheckResult describe_silence(launch::Daemon& daemon, const std::string& phase,
                             const std::string& complaint) {
  if (daemon.is_alive())
    return failed(fmt::format("{}: {}", phase, complaint), describe_hang(daemon));
  const auto status = daemon.exit_status();
  return failed(fmt::format("{}: {}", phase, status ? status->describe() : "it ended"),
                log_evidence(daemon));
}

CheckResult daemon_responsive(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  if (const auto complaint = client.complaint(interrupted))
    return describe_silence(*daemon, "before any load", *complaint);
  const Loaded loaded =
      ask_under_load(*daemon, client, depth(scenario, kQuickLoad, kLoad), interrupted);
  const std::string load = count_of(loaded.operations, "operation", "operations");
  if (loaded.complaint)
    return describe_silence(*daemon, fmt::format("under load, after {}", load), *loaded.complaint);
  daemon->main().wait_until_ended(posix::Deadline(kRest));
  if (const auto complaint = client.complaint(interrupted))
    return describe_silence(*daemon, fmt::format("at rest, after {}", load), *complaint);
  if (stage.is_interrupted()) return stage.trouble();
  return passed(
      fmt::format("answers before, under and after a load of {}; would have caught a silence of {}",
                  load, text_of(kMostToAnswer)));
}

}  // namespace

std::span<const Check> daemon_checks() {
  static constexpr Check kTable[] = {
      {"daemon.responsive",
       "",
       Severity::kFail,
       1,
       {.answers = true},
       {.title = "it answers before, under and after a load",
        .what = "A polite client is answered within 5 s in every phase: fresh, under the "
                "scenario's own load, and when that is over.",
        .how = "One operation of each stress on a fresh instance, then one every tenth of a second "
               "beside the load, then one after a rest.",
        .why = "A daemon that hangs looks well to init: the process is there, and the port takes "
               "connections as long as the kernel's queue has room.",
        .source = "listen(2): the kernel accepts what the daemon never will",
        .false_alarms = "Operations that take longer than a second each, which the stress's own "
                        "clients give up.",
        .cure = "Look at the stacks in the evidence: what each thread waits for. Give every wait a "
                "limit, and hold no lock while you wait."},
       daemon_responsive},
  };
  return kTable;
}

}  // namespace watertight::rehearsals
