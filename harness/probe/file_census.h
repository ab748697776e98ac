// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace watertight::probe {

/// Counts the files that a daemon leaves behind while it works.
///
/// Everything below the run's private folder counts. In folders that are shared with others (those
/// it is given, and `/dev/shm`) nobody can tell whose a file is. There an entry counts when it
/// belongs to the daemon's user, was made after the census began, and is one of a family of names
/// (`job.??????`) that has grown to four and never shrunk: a leak only grows, and the temporary
/// files of a neighbour come and go.
class FileCensus {
 public:
  FileCensus(const std::filesystem::path& state, const std::vector<std::filesystem::path>& shared,
             uid_t user);

  /// Temporary files, folders and sockets now. Each call is one look at the families of names.
  std::uint64_t count_files();

  /// POSIX shared memory and semaphores (`/dev/shm`) and message queues (`/dev/mqueue`);
  /// shm_overview(7).
  std::uint64_t count_ipc_objects();

  /// By the families as the last count left them.
  using Visit = std::function<void(const std::string& path)>;
  void for_each_file(const Visit& visit) const;
  void for_each_ipc_object(const Visit& visit) const;

 private:
  struct Family {
    std::uint64_t members = 0;
    bool has_shrunk = false;
    bool counts() const { return !has_shrunk && members >= 4; }
  };
  using Families = std::map<std::string, Family>;

  void visit_shared(const std::string& folder, const Visit& visit) const;
  void visit_families(const std::vector<std::string>& folders, const Families& families,
                      const Visit& visit) const;
  std::uint64_t count_families(const std::vector<std::string>& folders, Families& families) const;

  std::string state_;
  std::vector<std::string> shared_;
  uid_t user_;
  std::time_t since_;
  Families file_families_;
  Families ipc_families_;
};

/// A name as a pattern, so that many temporary files read as one: `/tmp/job.a8Xk2Q` is
/// `/tmp/job.??????`, `spool/17.msg` is `spool/#.msg`.
std::string name_pattern(const std::string& path);

}  // namespace watertight::probe
