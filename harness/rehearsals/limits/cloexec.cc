// SPDX-License-Identifier: Apache-2.0
#include "posix/clock.h"
#include "proc/files.h"
#include "proc/process.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/programs.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <string>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kLooked = 400ms;
constexpr std::uint64_t kPortion = 4;

/// By name, what a process has open above the standard streams that is one thing and not another of
/// the same name: files, sockets, pipes.
std::map<std::string, int> own_files_of(pid_t pid) {
  using Kind = proc::OpenFile::Kind;
  std::map<std::string, int> own;
  const auto files = proc::read_open_files(pid);
  for (const proc::OpenFile& file : files.value_or(std::vector<proc::OpenFile>{}))
    if (file.fd > 2 &&
        (file.kind == Kind::kSocket || file.kind == Kind::kPipe || file.kind == Kind::kRegular))
      own.emplace(file.target, file.fd);
  return own;
}

/// What the programs that a daemon runs were seen to have of it.
struct Shared {
  std::set<std::string> programs;
  std::set<std::string> files;
};

void look(const launch::Daemon& daemon, Shared& shared) {
  const pid_t main = daemon.main().pid();
  const auto own = own_files_of(main);
  for (const pid_t pid : daemon.processes()) {
    const auto stat = proc::read_stat(pid);
    if (!stat || stat->is_dead() || !run_different_programs(pid, main)) continue;
    shared.programs.insert(stat->comm);
    for (const auto& [target, fd] : own_files_of(pid))
      if (own.contains(target))
        shared.files.insert(fmt::format("{} has {} (fd {})", stat->comm, target, fd));
  }
}

}  // namespace

CheckResult limits_cloexec(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  stress::Workload clients(*daemon, answered(daemon->scenario().stress));
  Shared shared;
  const posix::Deadline deadline(kLooked);
  const auto is_over = [&] { return stage.is_interrupted() || deadline.has_passed(); };
  do {
    look(*daemon, shared);
    clients.next_round(kPortion, std::nullopt, is_over);
    look(*daemon, shared);
  } while (!is_over() && daemon->is_alive());
  if (stage.is_interrupted()) return stage.trouble();
  if (!shared.files.empty())
    return failed(fmt::format("the programs that it runs have its descriptors: {}",
                              fmt::join(shared.files, "; ")),
                  describe_instance(*daemon));
  if (shared.programs.empty()) return not_applicable("it was not seen to run another program");
  return passed(fmt::format("runs {}, which has none of its descriptors; would have caught one",
                            fmt::join(shared.programs, ", ")));
}

}  // namespace watertight::rehearsals
