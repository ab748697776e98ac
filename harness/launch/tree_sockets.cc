// SPDX-License-Identifier: Apache-2.0
#include "launch/tree_sockets.h"

#include "posix/directory.h"
#include "proc/files.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <charconv>
#include <set>

namespace watertight::launch {
namespace {

using Inodes = std::set<std::uint64_t>;

/// Inodes of the sockets that a process holds; none where it is gone or not ours to look at.
void add_sockets(pid_t pid, Inodes& inodes) {
  try {
    const auto files = proc::read_open_files(pid);
    if (!files) return;
    for (const proc::OpenFile& file : *files) {
      if (file.kind == proc::OpenFile::Kind::kSocket) inodes.insert(file.inode);
    }
  } catch (const HarnessError&) {
    // Another user's process: what it holds stays unknown.
  }
}

std::optional<pid_t> find_holder(std::uint32_t inode) {
  std::optional<pid_t> holder;
  posix::for_each_name("/proc", [&](std::string_view name) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (holder || error != std::errc() || end != name.data() + name.size()) return;
    Inodes inodes;
    add_sockets(pid, inodes);
    if (inodes.contains(inode)) holder = pid;
  });
  return holder;
}

}  // namespace

std::vector<proc::SocketFact> held_by(const std::vector<pid_t>& processes,
                                      const std::vector<proc::SocketFact>& candidates) {
  if (candidates.empty()) return {};
  Inodes inodes;
  for (const pid_t pid : processes) add_sockets(pid, inodes);
  std::vector<proc::SocketFact> held;
  for (const proc::SocketFact& socket : candidates) {
    if (inodes.contains(socket.inode)) held.push_back(socket);
  }
  return held;
}

std::vector<proc::SocketFact> listeners_of(const std::vector<pid_t>& processes) {
  return held_by(processes, proc::listeners());
}

std::string describe(const proc::SocketFact& socket) {
  switch (socket.family) {
    case proc::SocketFact::Family::kUnix:
      return "unix " + socket.address;
    case proc::SocketFact::Family::kUdp:
      return fmt::format("udp {}:{}", socket.address, socket.port);
    case proc::SocketFact::Family::kTcp:
      break;
  }
  return fmt::format("tcp {}:{}", socket.address, socket.port);
}

std::optional<std::string> find_port_holder(const std::vector<Endpoint>& endpoints) {
  if (endpoints.empty()) return std::nullopt;
  for (const proc::SocketFact& listener : proc::listeners()) {
    for (const Endpoint& endpoint : endpoints) {
      if (!endpoint.reaches(listener)) continue;
      const std::optional<pid_t> holder = find_holder(listener.inode);
      return fmt::format(
          "{} is already served by {}; stop it, or let the daemon take a free port: {{port}} in "
          "its "
          "arguments and specs, {{state}} in paths",
          endpoint.describe(),
          holder ? fmt::format("process {} ({})", *holder, proc::describe_process(*holder))
                 : std::string("a process of another user"));
    }
  }
  return std::nullopt;
}

}  // namespace watertight::launch
