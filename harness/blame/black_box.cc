// SPDX-License-Identifier: Apache-2.0
#include "blame/black_box.h"

#include "proc/process.h"
#include "proc/sockets.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

namespace watertight::blame {
namespace {

using probe::name_pattern;
using probe::Resource;
using proc::OpenFile;
using proc::SocketState;

std::string listener(const proc::SocketFact& socket) {
  using Family = proc::SocketFact::Family;
  if (socket.family == Family::kUnix) return "Unix socket listening at " + socket.address;
  return fmt::format("{} at {}:{}",
                     socket.family == Family::kTcp ? "TCP socket listening" : "UDP socket",
                     socket.address, socket.port);
}

/// The port of a client is another one each time, that of a server says which it is.
std::string ends(const proc::SocketFact& socket, bool is_accepted) {
  if (!is_accepted) return "to " + socket.peer;
  return fmt::format("accepted at {}:{} from {}", socket.address, socket.port,
                     socket.peer.substr(0, socket.peer.rfind(':')));
}

std::string describe_flags(unsigned flags) {
  const unsigned access = flags & O_ACCMODE;
  std::string text = access == O_RDONLY   ? "read-only"
                     : access == O_WRONLY ? "write-only"
                                          : "read and write";
  if (flags & O_APPEND) text += ", append";
  return text;
}

std::string describe(const proc::Mapping& mapping) {
  if (!mapping.path.empty())
    return fmt::format("{}, {}", name_pattern(mapping.path), mapping.permissions);
  return fmt::format("anonymous, {}, {} KiB", mapping.permissions,
                     (mapping.end - mapping.start) / 1024);
}

/// `7 712`
std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ' ');
  return digits;
}

std::string describe(const Age& age) {
  std::string text = fmt::format("the oldest open for at least {:.2g} s", age.seconds);
  if (age.operations > 0) text += fmt::format(" and {} operations", grouped(age.operations));
  return text;
}

/// Counts things into an inventory.
class Census {
 public:
  explicit Census(const probe::Sampler& sampler) : sampler_(sampler) {}

  Inventory take() {
    for (const pid_t pid : sampler_.zombies()) {
      const auto stat = proc::read_stat(pid);
      if (!stat) continue;
      count(Resource::kZombies, stat->comm);
      count(Resource::kChildren, stat->comm + ", a zombie");
    }
    for (const pid_t pid : sampler_.live()) look_at(pid);
    sampler_.files().for_each_file(
        [this](const std::string& path) { count(Resource::kFiles, name_pattern(path)); });
    sampler_.files().for_each_ipc_object(
        [this](const std::string& path) { count(Resource::kIpc, name_pattern(path)); });
    for (const std::string& object : sampler_.system_v_objects()) count(Resource::kIpc, object);
    return std::move(inventory_);
  }

 private:
  void count(Resource resource, const std::string& what) {
    ++inventory_[static_cast<std::size_t>(resource)][what];
  }

  void look_at(pid_t pid) {
    if (const auto stat = proc::read_stat(pid)) count(Resource::kChildren, stat->comm);
    for (const auto& file : proc::read_open_files(pid).value_or(std::vector<OpenFile>{})) {
      const std::string what = names_.name_of(pid, file);
      count(Resource::kFds, what);
      if (names_.is_half_closed(file)) count(Resource::kCloseWait, what);
      if (file.kind == OpenFile::Kind::kRegular && file.links == 0)
        count(Resource::kDeletedFiles, what);
    }
    for (const auto& mapping : proc::read_maps(pid).value_or(std::vector<proc::Mapping>{}))
      count(Resource::kMaps, describe(mapping));
  }

  const probe::Sampler& sampler_;
  const DescriptorNames names_;
  Inventory inventory_;
};

}  // namespace

Inventory take_inventory(const probe::Sampler& sampler) { return Census(sampler).take(); }

DescriptorNames::DescriptorNames() {
  std::set<std::uint16_t> listening;
  for (const auto& socket : proc::listeners()) {
    if (socket.family == proc::SocketFact::Family::kTcp) listening.insert(socket.port);
    sockets_[socket.inode] = listener(socket);
  }
  constexpr std::pair<SocketState, const char*> kStates[] = {
      {SocketState::kEstablished, "connected"},
      {SocketState::kSynSent, "connecting"},
      {SocketState::kFinWait2, "half closed by the daemon"},
      {SocketState::kCloseWait, "in CLOSE_WAIT"}};
  for (const auto& [state, word] : kStates) {
    for (const auto& socket : proc::tcp_sockets(state)) {
      if (state == SocketState::kCloseWait) half_closed_.insert(socket.inode);
      sockets_[socket.inode] =
          fmt::format("TCP socket {}, {}", word, ends(socket, listening.contains(socket.port)));
    }
  }
}

std::string DescriptorNames::name_of(pid_t pid, const OpenFile& file) const {
  if (file.kind == OpenFile::Kind::kSocket) {
    const auto found = sockets_.find(file.inode);
    return found == sockets_.end() ? "socket" : found->second;
  }
  std::string text = file.kind == OpenFile::Kind::kPipe ? "pipe" : name_pattern(file.target);
  if (file.kind == OpenFile::Kind::kAnonymous || file.kind == OpenFile::Kind::kMemfd) return text;
  if (const auto flags = proc::read_open_flags(pid, file.fd)) text += ", " + describe_flags(*flags);
  return text;
}

bool DescriptorNames::is_half_closed(const OpenFile& file) const {
  return half_closed_.contains(file.inode);
}

std::vector<Blame> find_grown(const Inventory& before, const Inventory& after, Resource resource) {
  const auto index = static_cast<std::size_t>(resource);
  std::vector<Blame> grown;
  double total = 0;
  for (const auto& [what, count] : after[index]) {
    const auto old = before[index].find(what);
    const std::uint64_t had = old == before[index].end() ? 0 : old->second;
    if (count <= had) continue;
    grown.push_back({.share = 0, .count = count - had, .what = what, .frames = {}});
    total += static_cast<double>(count - had);
  }
  for (Blame& blame : grown) blame.share = static_cast<double>(blame.count) / total;
  std::ranges::sort(grown, [](const Blame& a, const Blame& b) {
    return std::tie(b.count, a.what) < std::tie(a.count, b.what);
  });
  return grown;
}

std::vector<std::string> describe_grown(const std::vector<Blame>& grown, std::size_t most,
                                        const std::map<std::string, Age>& ages) {
  std::vector<std::string> lines;
  for (const Blame& blame : grown) {
    if (lines.size() == most) break;
    lines.push_back(fmt::format("+{} {}", grouped(blame.count), blame.what));
    if (const auto age = ages.find(blame.what); age != ages.end())
      lines.back() += "; " + describe(age->second);
  }
  return lines;
}

}  // namespace watertight::blame
