// SPDX-License-Identifier: Apache-2.0
#include "probe/sampler.h"

#include "posix/file.h"
#include "proc/files.h"
#include "proc/ipc.h"
#include "proc/process.h"
#include "proc/sockets.h"
#include "proc/tree.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <unordered_set>

namespace watertight::probe {
namespace {

/// Processes whose files are kept open; those of more are opened at each look.
constexpr std::size_t kMostWatched = 64;
/// So many that it pays to ask which files are locked at all before looking into each.
constexpr double kManyDescriptors = 64;

std::size_t index(Resource resource) { return static_cast<std::size_t>(resource); }

void add(std::optional<double>& total, double amount) { total = total.value_or(0) + amount; }

uid_t user_of(pid_t pid) {
  const auto status = proc::read_status(pid);
  return status ? status->user : 0;
}

std::vector<std::filesystem::path> shared_folders(const Target& target) {
  std::vector<std::filesystem::path> folders = target.shared;
  std::error_code ignored;
  folders.push_back(
      std::filesystem::read_symlink(fmt::format("/proc/{}/cwd", target.main), ignored));
  return folders;
}

/// Mappings that one process may have (vm.max_map_count; Documentation/admin-guide/sysctl/vm.rst).
double max_map_count() {
  const auto text = posix::read_file("/proc/sys/vm/max_map_count");
  return text ? std::strtod(text->c_str(), nullptr) : 65530;
}

std::unordered_set<std::uint64_t> half_closed_inodes() {
  std::unordered_set<std::uint64_t> inodes;
  for (const auto& socket : proc::close_wait_sockets()) inodes.insert(socket.inode);
  return inodes;
}

}  // namespace

Sampler::Sampler(Target target)
    : root_(target.root),
      agent_(target.agent),
      root_children_(target.root),
      user_(user_of(target.main)),
      since_(static_cast<std::uint64_t>(std::time(nullptr))),
      census_(target.state, shared_folders(target), user_) {
  if (agent_ != nullptr) heap_.emplace(*agent_);
}

Sample Sampler::take(std::uint64_t operations, double seconds, Depth depth) {
  Sample sample;
  sample.operations = operations;
  sample.seconds = seconds;
  if (depth == Depth::kWide) zombies_.clear();  // Looked at anew, now and then.
  look_at_processes(sample);
  if (heap_) look_at_heap(sample);
  if (depth == Depth::kWide) look_wide(sample);
  for (std::size_t i = 0; i < kResourceCount; ++i)
    if (sample.values[i] && fill_[i]) sample.fills[i] = fill_[i]->share();
  return sample;
}

std::vector<pid_t> Sampler::live_processes() {
  Sample unused;
  look_at_processes(unused);
  return live_;
}

void Sampler::note_fill(Resource resource, double used, double limit) {
  auto& fullest = fill_[index(resource)];
  const Fill fill{used, limit};
  if (!fullest || fill.share() > fullest->share()) fullest = fill;
}

void Sampler::look_at_processes(Sample& sample) {
  for (const Resource cheap : {Resource::kFds, Resource::kRss, Resource::kThreads,
                               Resource::kChildren, Resource::kZombies})
    sample[cheap] = 0;
  fill_[index(Resource::kFds)].reset();
  live_.clear();
  pending_.clear();
  if (root_children_.is_there()) {
    root_children_.append_to(pending_, 1);
  } else {
    pending_ = proc::descendants(root_);
  }
  std::map<pid_t, ProcessWatch> watched;
  std::set<pid_t> zombies;
  while (!pending_.empty()) {
    const pid_t pid = pending_.back();
    pending_.pop_back();
    if (zombies_.contains(pid)) {  // Its pid is taken until it is reaped, and its children left it.
      zombies.insert(pid);
      continue;
    }
    auto known = watches_.extract(pid);
    auto watch = known.empty() ? ProcessWatch::open(pid) : std::optional(std::move(known.mapped()));
    auto reading = watch ? watch->read() : std::nullopt;
    if (!reading && !known.empty()) {  // The pid was reused.
      watch = ProcessWatch::open(pid);
      reading = watch ? watch->read() : std::nullopt;
    }
    if (!reading) continue;
    if (reading->is_zombie) {
      zombies.insert(pid);
      continue;
    }
    add_process(pid, *reading, sample);
    watch->children().append_to(pending_, reading->threads);
    if (watched.size() < kMostWatched) watched.insert_or_assign(pid, std::move(*watch));
  }
  watches_ = std::move(watched);
  zombies_ = std::move(zombies);
  const std::size_t processes = live_.size() + zombies_.size();
  sample[Resource::kZombies] = static_cast<double>(zombies_.size());
  sample[Resource::kChildren] = static_cast<double>(processes > 0 ? processes - 1 : 0);
}

void Sampler::add_process(pid_t pid, const ProcessWatch::Reading& reading, Sample& sample) {
  live_.push_back(pid);
  add(sample[Resource::kFds], static_cast<double>(reading.fds));
  add(sample[Resource::kRss], static_cast<double>(reading.resident_bytes));
  add(sample[Resource::kThreads], static_cast<double>(reading.threads));
  if (reading.fd_limit)
    note_fill(Resource::kFds, static_cast<double>(reading.fds),
              static_cast<double>(*reading.fd_limit));
}

void Sampler::look_at_heap(Sample& sample) {
  if (const auto live = heap_->look(live_))
    sample[Resource::kHeap] = static_cast<double>(live->bytes);
  for (const pid_t pid : live_)
    *sample[Resource::kRss] -= static_cast<double>(agent_->own_bytes(pid));
  if (!zombies_.empty()) agent_->release_ended();
}

void Sampler::look_wide(Sample& sample) {
  const auto guarded = [this](Resource resource, auto&& look) {
    try {
      look();
    } catch (const HarnessError& error) {
      blind_[index(resource)] = std::string(error.what()) + "; run as root or as the daemon's user";
    }
  };
  guarded(Resource::kMaps, [&] { look_at_mappings(sample); });
  guarded(Resource::kDeletedFiles, [&] { look_at_descriptors(sample); });
  guarded(Resource::kFiles, [&] { look_at_folders(sample); });
  const auto share_reason = [this](Resource from, std::initializer_list<Resource> with) {
    for (const Resource resource : with) blind_[index(resource)] = blind_[index(from)];
  };
  share_reason(Resource::kMaps, {Resource::kUnjoinedThreads});
  share_reason(Resource::kDeletedFiles, {Resource::kCloseWait, Resource::kLocks, Resource::kInner});
}

void Sampler::look_at_mappings(Sample& sample) {
  static const double most = max_map_count();
  double total = 0, unjoined = 0;
  fill_[index(Resource::kMaps)].reset();
  for (const pid_t pid : live_) {
    const auto mappings = proc::read_maps(pid);
    const auto status = proc::read_status(pid);
    if (!mappings || !status) continue;
    const auto count = static_cast<double>(mappings->size());
    total += count;
    note_fill(Resource::kMaps, count, most);
    unjoined += static_cast<double>(proc::count_unjoined_stacks(*mappings, status->threads));
  }
  sample[Resource::kMaps] = total;
  sample[Resource::kUnjoinedThreads] = unjoined;
}

void Sampler::look_at_descriptors(Sample& sample) {
  std::optional<std::unordered_set<std::uint64_t>>
      locked;  // Worth 3 ms where there are many files.
  if (sample[Resource::kFds].value_or(0) > kManyDescriptors)
    locked = proc::parse_locked_inodes(posix::read_file("/proc/locks").value_or(""));
  double deleted = 0, locks = 0, inner = 0;
  std::vector<std::uint64_t> sockets;
  for (const pid_t pid : live_) {
    const auto census = proc::take_descriptor_census(pid, locked);
    if (!census) continue;
    deleted += static_cast<double>(census->deleted_files);
    locks += static_cast<double>(census->inner.locks);
    inner += static_cast<double>(census->inner.epoll_targets + census->inner.inotify_watches);
    sockets.insert(sockets.end(), census->sockets.begin(), census->sockets.end());
  }
  sample[Resource::kDeletedFiles] = deleted;
  sample[Resource::kCloseWait] = count_close_wait(sockets);
  sample[Resource::kLocks] = locks;
  sample[Resource::kInner] = inner;
}

double Sampler::count_close_wait(const std::vector<std::uint64_t>& sockets) {
  if (!first_sockets_) first_sockets_.emplace(sockets.begin(), sockets.end());
  // Asking the kernel takes it a walk through its whole table of connections. The sockets of the
  // first look (listeners) need not be asked after.
  const auto is_known = [this](std::uint64_t inode) { return first_sockets_->contains(inode); };
  if (std::ranges::all_of(sockets, is_known)) return 0;
  const auto half_closed = half_closed_inodes();
  // One that was in CLOSE_WAIT is held in vain until it is closed, also where a reset has ended its
  // connection meanwhile: a busy machine gives the peer's port to a new connection.
  std::unordered_set<std::uint64_t> held;
  for (const std::uint64_t inode : sockets)
    if (!is_known(inode) && (half_closed.contains(inode) || half_closed_.contains(inode)))
      held.insert(inode);
  half_closed_ = std::move(held);
  return static_cast<double>(half_closed_.size());
}

void Sampler::look_at_folders(Sample& sample) {
  sample[Resource::kFiles] = static_cast<double>(census_.count_files());
  sample[Resource::kIpc] =
      static_cast<double>(system_v_objects().size() + census_.count_ipc_objects());
}

std::vector<std::string> Sampler::system_v_objects() const {
  std::vector<std::string> found;
  for (const proc::IpcObject& object : proc::read_sysvipc()) {
    if (object.creator != user_ || object.changed < since_) continue;
    static constexpr const char* kNames[] = {"shared memory", "semaphore set", "message queue"};
    found.push_back(std::string("System V ") + kNames[static_cast<int>(object.kind)]);
  }
  return found;
}

}  // namespace watertight::probe
