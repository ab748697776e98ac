// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/full_table.h"

#include "launch/endpoint.h"
#include "posix/socket.h"
#include "proc/files.h"
#include "rehearsals/client.h"

#include <algorithm>

namespace watertight::rehearsals {
namespace {

/// One more than the highest descriptor; and how many below are free, which clients have to fill.
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

}  // namespace

FullTable::FullTable(const launch::Daemon& daemon) {
  for (const pid_t pid : daemon.processes()) {
    const auto limit = posix::limit_of(pid, posix::Resource::kDescriptors);
    if (!limit) continue;
    const Table table = table_of(pid);
    free_ += table.free;
    posix::set_limit(pid, posix::Resource::kDescriptors, {table.size, limit->hard});
    before_.emplace(pid, *limit);
  }
}

void FullTable::end() {
  for (const auto& [pid, limit] : before_)
    posix::set_limit(pid, posix::Resource::kDescriptors, limit);
  before_.clear();
}

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

}  // namespace watertight::rehearsals
