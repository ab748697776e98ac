// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"
#include "posix/clock.h"
#include "rehearsals/client.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/lock/life_checks.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostForQuiet = 200ms;
constexpr auto kGap = 5ms;
/// A second instance that serves has to do so for this long: it may look again.
constexpr auto kServesForGood = 200ms;

/// Where an instance listens, with the inodes of its sockets; of a Unix socket, of its file.
using Addresses = std::map<std::string, std::uint64_t>;

Addresses addresses_of(const launch::Daemon& daemon) {
  Addresses addresses;
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes())) {
    std::uint64_t inode = socket.inode;
    if (socket.family == proc::SocketFact::Family::kUnix && socket.address.starts_with('/')) {
      const auto file = look_at_pid_file(socket.address);
      inode = file ? file->inode : 0;
    }
    addresses.emplace(launch::describe(socket), inode);
  }
  return addresses;
}

/// Addresses of the first at which it is not the one who is found any more.
std::vector<std::string> stolen_of(const Addresses& before, const launch::Daemon& first) {
  std::vector<std::string> stolen;
  const Addresses now = addresses_of(first);
  for (const auto& [address, inode] : before) {
    const auto found = now.find(address);
    if (found == now.end() || found->second != inode) stolen.push_back(address);
  }
  return stolen;
}

/// Addresses at which both of them listen.
std::vector<std::string> shared_by(const launch::Daemon& first, const launch::Daemon& second) {
  std::vector<std::string> shared;
  const Addresses theirs = addresses_of(second);
  for (const auto& [address, inode] : addresses_of(first))
    if (theirs.contains(address)) shared.push_back(address);
  return shared;
}

/// Waits until the second has given way, serves for good, or had its time.
bool gives_way(const launch::Daemon& first, launch::Daemon& second, const Stage& stage) {
  const posix::Deadline deadline(kMostToGiveWay + first.ready_after());
  const Duration for_good = kServesForGood + 2 * first.ready_after();
  auto idle_until = posix::Clock::now();
  while (second.has_processes()) {
    if (addresses_of(second).empty()) idle_until = posix::Clock::now();
    const bool serves = posix::Clock::now() - idle_until >= for_good;
    if (serves || deadline.has_passed() || stage.is_interrupted()) return false;
    posix::pause_for(kGap);
  }
  return true;
}

std::vector<std::string> describe_both(const launch::Daemon& first, const launch::Daemon& second) {
  std::vector<std::string> lines;
  for (const launch::Daemon* one : {&first, &second}) {
    const char* const which = one == &first ? "first" : "second";
    for (const auto& [address, inode] : addresses_of(*one))
      lines.push_back(fmt::format("the {} listens at {} (inode {})", which, address, inode));
    for (std::string& line : describe_instance(*one)) lines.push_back(std::move(line));
  }
  return lines;
}

CheckResult judge_second(const launch::Daemon& first, const launch::Daemon& second) {
  const auto shared = shared_by(first, second);
  if (shared.empty() && !addresses_of(second).empty())
    return not_applicable("a second instance listens elsewhere");
  CheckResult result =
      shared.empty()
          ? failed(fmt::format("a second instance finds its address taken, and does not end in {}",
                               text_of(kMostToGiveWay)),
                   describe_both(first, second))
          : failed(fmt::format("two instances listen at {}: each client meets one of them, and "
                               "nobody chose which (SO_REUSEPORT?)",
                               fmt::join(shared, ", ")),
                   describe_both(first, second));
  // To share a port may be the design; to wait for it is one as well.
  result.severity = shared.empty() ? Severity::kWarn : Severity::kInfo;
  return result;
}

}  // namespace

CheckResult lock_without_file(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto first = stage.start();
  if (!first) return stage.trouble();
  wait_until_quiet(*first, kMostForQuiet);
  const Addresses before = addresses_of(*first);
  if (before.empty()) return not_applicable("it listens nowhere");
  Client client(*first);
  if (const auto complaint = client.complaint(interrupted))
    return inconclusive("alone already " + *complaint);

  auto second = stage.start({.waits_until_ready = false, .meets_taken_ports = true});
  if (!second) return stage.trouble();
  const bool is_gone = gives_way(*first, *second, stage);
  if (stage.is_interrupted()) return stage.trouble();
  if (!first->is_alive()) {
    const auto status = first->exit_status();
    return failed(fmt::format("the first instance {} when a second is started at its addresses",
                              status ? status->describe() : "ended"),
                  describe_both(*first, *second));
  }
  if (const auto stolen = stolen_of(before, *first); !stolen.empty()) {
    return failed(fmt::format("a second instance takes {} from the first, which runs on and is "
                              "never asked again",
                              fmt::join(stolen, ", ")),
                  describe_both(*first, *second));
  }
  if (!is_gone) return judge_second(*first, *second);
  if (const auto complaint = client.complaint(interrupted))
    return failed("after a second instance gave way " + *complaint, describe_both(*first, *second));
  if (stage.is_interrupted()) return stage.trouble();
  std::vector<std::string> names;
  for (const auto& [address, inode] : before) names.push_back(address);
  return passed(
      fmt::format("a second instance gives way, and leaves {} to the first; would have "
                  "caught one that takes it away",
                  fmt::join(names, ", ")));
}

}  // namespace watertight::rehearsals
