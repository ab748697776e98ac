// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"
#include "rehearsals/client.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"
#include "stress/stress.h"

#include <fcntl.h>
#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kClosed{"/bin/sh", "-c", R"(exec "$@" <&- >&- 2>&-)", "sh"};
constexpr std::uint64_t kClients = 8;
constexpr auto kMostForClients = 2s;

std::vector<Stress> holding(std::vector<Stress> stress) {
  std::erase_if(stress, [](const Stress& one) {
    return one.kind != Stress::Kind::kTcp && one.kind != Stress::Kind::kUnix;
  });
  for (Stress& one : stress) one.manners = {Manner::kHold};
  return stress;
}

/// What has the number of a stream that is printed to.
struct Misuse {
  std::string what;      ///< Empty: nothing.
  bool is_data = false;  ///< A file; else a socket, whose peers get what is printed.
};

Misuse find_misuse(pid_t pid) {
  Misuse found;
  const auto files = proc::read_open_files(pid);
  for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{})) {
    if (file.fd != 1 && file.fd != 2) continue;
    const auto flags = proc::read_open_flags(pid, file.fd);
    const bool is_writable = flags && (*flags & O_ACCMODE) != O_RDONLY;
    const bool is_data = file.kind == proc::OpenFile::Kind::kRegular && is_writable;
    if (found.is_data || !(is_data || file.kind == proc::OpenFile::Kind::kSocket)) continue;
    found = {fmt::format("fd {} of pid {} is {}", file.fd, pid, file.target), is_data};
  }
  return found;
}

}  // namespace

CheckResult start_closed_std_fds(const Scenario& scenario, const Interrupted& interrupted) {
  if (scenario.ready.kind == Ready::Kind::kLog)
    return not_applicable("what it prints is the sign that it is ready");
  Stage stage(scenario, interrupted);
  auto daemon = stage.start({.through = kClosed});
  if (!daemon) {
    Stage usual(scenario, interrupted);
    if (stage.is_interrupted() || !usual.start()) return stage.trouble();
    return not_applicable(
        "with closed standard streams it does not start, so nothing of it is lost");
  }
  stress::Workload clients(*daemon, holding(answered(daemon->scenario().stress)));
  const posix::Deadline deadline(kMostForClients);
  clients.next_round(kClients, std::nullopt,
                     [&] { return stage.is_interrupted() || deadline.has_passed(); });
  if (stage.is_interrupted()) return stage.trouble();
  for (const pid_t pid : daemon->processes()) {
    const Misuse misuse = find_misuse(pid);
    if (misuse.what.empty()) continue;
    CheckResult result = failed(fmt::format("started with closed standard streams {}: what it or "
                                            "a library prints lands there",
                                            misuse.what),
                                describe_instance(*daemon));
    if (!misuse.is_data) result.severity = Severity::kWarn;
    return result;
  }
  return passed(
      "started with closed standard streams it puts no data file and no socket in their place; "
      "would have caught one on fd 1 or 2");
}

}  // namespace watertight::rehearsals
