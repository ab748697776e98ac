// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/parting.h"

#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/stage.h"
#include "rehearsals/stop.h"
#include "rehearsals/streams.h"
#include "rehearsals/waits.h"

#include <fmt/format.h>

#include <algorithm>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kSlice = 20ms;
/// Longer than a daemon that waits for its clients takes to see that they have gone, and not longer
/// than it has anyhow.
constexpr Duration kMostToNotice = 2s;

bool ends_within(const launch::Daemon& daemon, Duration time, const Interrupted& interrupted) {
  for (const posix::Deadline deadline(time); !(interrupted && interrupted());) {
    if (daemon.main().wait_until_ended(
            posix::Deadline(std::min<posix::Clock::duration>(kSlice, deadline.left()))))
      return true;
    if (deadline.has_passed()) break;
  }
  return daemon.main().has_ended();
}

/// A daemon that outlives the window: what it does, and what it takes for it to end.
struct Lingering {
  std::vector<std::string> evidence;
  std::optional<Wait> write;  ///< A thread that hangs in one.
  bool serves_new_clients = false;
  std::string end;  ///< What ended it; empty where nothing did.
};

Lingering look_at(launch::Daemon& daemon, const Company& company, const Interrupted& interrupted) {
  Lingering lingering;
  lingering.evidence = describe_instance(daemon);
  const std::vector<Wait> waits = waits_of(daemon.processes());
  if (const auto write = std::ranges::find_if(waits, is_writing); write != waits.end())
    lingering.write = *write;
  const std::size_t connected = company.count();
  const bool listens = !listening_streams(daemon).empty();
  lingering.serves_new_clients =
      !answered(daemon.scenario().stress).empty() && serves_new_clients(daemon);
  lingering.evidence.insert(lingering.evidence.begin(),
                            fmt::format("{} of its clients are connected still; it {}", connected,
                                        listens ? "listens" : "has stopped listening"));
  company.leave();
  const Duration patience = std::min(daemon.scenario().window.length, kMostToNotice);
  if (ends_within(daemon, patience, interrupted)) {
    lingering.end = "it ends when its clients have left";
  } else {
    daemon.main().signal(SIGTERM);
    if (ends_within(daemon, patience, interrupted)) lingering.end = "a second SIGTERM ends it";
  }
  return lingering;
}

CheckResult judge(const Lingering& lingering, const launch::Daemon& daemon,
                  const Company& company) {
  const std::string late = fmt::format("still alive {} after SIGTERM {}",
                                       text_of(daemon.scenario().window), company.name);
  CheckResult result = failed("", lingering.evidence);
  const std::string end =
      lingering.end.empty() ? "it does not end when they have left" : lingering.end;
  if (lingering.write) {
    result.summary = fmt::format("{}: thread {} hangs in {}; {}", late, lingering.write->thread,
                                 lingering.write->call, end);
  } else if (lingering.end.empty()) {
    result.summary = fmt::format("{}: {}", late, end);
  } else if (lingering.serves_new_clients) {
    result.summary = fmt::format("{}, and serves new ones: {}", late, end);
  } else {
    result.severity = Severity::kWarn;
    result.summary =
        fmt::format("{}: it drains, and {}; a client that stays costs it a SIGKILL", late, end);
  }
  return result;
}

}  // namespace

CheckResult part_from(launch::Daemon& daemon, const Company& company,
                      const Interrupted& interrupted) {
  daemon.note_shared_memory();
  const auto begin = posix::Clock::now();
  daemon.main().signal(SIGTERM);
  const bool is_in_time = ends_within(daemon, daemon.scenario().window.length, interrupted);
  if (interrupted && interrupted()) return inconclusive("interrupted before there was a result");
  if (!is_in_time) return judge(look_at(daemon, company, interrupted), daemon, company);
  const Duration time = daemon.reaped_at().value_or(posix::Clock::now()) - begin;
  const auto status = daemon.exit_status();
  if (status && status->is_crash()) {
    return failed(fmt::format("crashed on SIGTERM {}: {}", company.name, status->describe()),
                  log_evidence(daemon));
  }
  return passed(fmt::format("SIGTERM ends it in {} {}; would have caught one that waits for them",
                            text_of(time), company.name));
}

}  // namespace watertight::rehearsals
