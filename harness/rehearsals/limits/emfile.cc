// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "posix/clock.h"
#include "posix/limit.h"
#include "posix/socket.h"
#include "proc/files.h"
#include "rehearsals/client.h"
#include "rehearsals/limits/busiest_thread.h"
#include "rehearsals/limits/checks.h"
#include "rehearsals/stage.h"
#include "stress/quiescence.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

/// Longer than a client waits for its answer.
constexpr Duration kFull = 3s, kQuickFull = 1200ms;
constexpr auto kMostForQuiet = 200ms;
constexpr std::uint64_t kClients = 16;

/// One more than the highest descriptor; and how many below are free, which clients have to fill.
/// (A limit below what it has open would fail poll(2), which is none of the daemon's fault.)
struct Table {
  std::uint64_t size = 0;
  std::uint64_t free = 0;
};

Table table_of(pid_t pid) {
  Table table;
  const auto files = proc::read_open_files(pid).value_or(std::vector<proc::OpenFile>{});
  for (const proc::OpenFile& file : files)
    table.size = std::max(table.size, static_cast<std::uint64_t>(file.fd) + 1);
  table.free = table.size - files.size();
  return table;
}

/// For as long as it lives no process of the instance gets a new descriptor.
class FullTable {
 public:
  explicit FullTable(const launch::Daemon& daemon) {
    for (const pid_t pid : daemon.processes()) {
      const auto limit = posix::limit_of(pid, posix::Resource::kDescriptors);
      if (!limit) continue;
      const Table table = table_of(pid);
      free_ += table.free;
      posix::set_limit(pid, posix::Resource::kDescriptors, {table.size, limit->hard});
      before_.emplace(pid, *limit);
    }
  }
  FullTable(const FullTable&) = delete;
  FullTable& operator=(const FullTable&) = delete;
  ~FullTable() { end(); }

  void end() {
    for (const auto& [pid, limit] : before_)
      posix::set_limit(pid, posix::Resource::kDescriptors, limit);
    before_.clear();
  }

  bool is_refused() const { return before_.empty(); }
  std::uint64_t free() const { return free_; }  ///< Descriptors that are left nevertheless.

 private:
  std::map<pid_t, posix::Limit> before_;
  std::uint64_t free_ = 0;
};

/// Connections that say nothing.
std::vector<posix::UniqueFd> connect_silently(const Scenario& scenario, std::uint64_t count) {
  std::vector<posix::UniqueFd> silent;
  for (const Stress& stress : answered(scenario.stress)) {
    const auto endpoint = launch::endpoint_of(stress);
    if (!endpoint || endpoint->family == proc::SocketFact::Family::kUdp) continue;
    std::vector<posix::SocketAddress> addresses;
    if (const auto path = posix::SocketAddress::of_path(endpoint->path)) addresses = {*path};
    if (addresses.empty())
      addresses = posix::SocketAddress::resolve(endpoint->host, endpoint->port);
    for (std::uint64_t i = 0; i < count && !addresses.empty(); ++i) {
      silent.push_back(posix::open_socket(addresses.front().family(), SOCK_STREAM));
      posix::connect_to(silent.back(), addresses.front());
    }
  }
  return silent;
}

}  // namespace

CheckResult limits_emfile(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  Client client(*daemon);
  if (const auto complaint = client.complaint(interrupted))
    return inconclusive("with all descriptors that it wants " + *complaint);
  stress::wait_until_quiet([&daemon] { return daemon->processes(); }, kMostForQuiet);

  FullTable full(*daemon);
  if (full.is_refused()) return not_applicable("its limits are not ours to set");
  const auto silent = connect_silently(daemon->scenario(), full.free());
  stress::Workload clients(*daemon, answered(daemon->scenario().stress));
  const BusiestThread busiest(*daemon);
  const posix::Deadline deadline(scenario.is_quick ? kQuickFull : kFull);
  stress::Tally tally;
  while (!deadline.has_passed() && !stage.is_interrupted() && daemon->is_alive())
    tally += clients.next_round(kClients, std::nullopt,
                                [&] { return stage.is_interrupted() || deadline.has_passed(); });
  const BusiestThread::Demand demand = busiest.look();
  const auto evidence = describe_instance(*daemon);
  if (daemon->is_alive()) full.end();
  if (stage.is_interrupted()) return stage.trouble();

  if (!daemon->is_alive()) {
    const auto status = daemon->exit_status();
    return failed(fmt::format("{} when it was out of descriptors (EMFILE)",
                              status ? status->describe() : "ended"),
                  log_evidence(*daemon));
  }
  const bool was_met = tally.failed > 0 || tally.attempted == 0;
  if (was_met && demand.is_spinning()) {
    return failed(
        fmt::format("spins while it is out of descriptors (EMFILE): {}", demand.describe()),
        evidence);
  }
  if (const auto complaint = client.complaint(interrupted))
    return failed("once it has descriptors again " + *complaint, describe_instance(*daemon));
  if (!was_met)
    return not_applicable("it needs no new descriptor to answer: all clients were answered");
  CheckResult result = passed(
      "out of descriptors it rests, and answers once it has some; would have caught one that "
      "spins, ends or stays silent");
  result.evidence = {demand.describe()};
  return result;
}

}  // namespace watertight::rehearsals
