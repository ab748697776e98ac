// SPDX-License-Identifier: Apache-2.0
#include "launch/guard/shared_memory.h"

#include "launch/guard/process_tree.h"
#include "launch/guard/read_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace watertight::guard {
namespace {

constexpr char kPosixFolder[] = "/dev/shm/";
constexpr int kMostNotes = 1024;  // Far above what a daemon uses; what comes after them stays.

struct PosixNote {
  char path[sizeof kPosixFolder + NAME_MAX];
  std::uint64_t inode;
  uid_t owner;
  bool is_orphan;  ///< Known by its name only.
  bool is_used;
};

timespec started;
int system_v_notes[kMostNotes];
int system_v_count = 0;
PosixNote posix_notes[kMostNotes];
int posix_count = 0;

constexpr pid_t kMostPids = 1 << 22;
std::uint64_t creators[kMostPids / 64];

bool is_creator(pid_t pid) {
  return pid > 0 && pid < kMostPids && (creators[pid / 64] >> (pid % 64) & 1) != 0;
}

void note_system_v(int id) {
  for (int i = 0; i < system_v_count; ++i) {
    if (system_v_notes[i] == id) return;
  }
  if (system_v_count < kMostNotes) system_v_notes[system_v_count++] = id;
}

/// A file that was born after we started. Its inode is 0 else, and where its birth is not known
/// (tmpfs tells it since kernel 6.0): what may be somebody else's stays.
struct NewFile {
  std::uint64_t inode;
  uid_t owner;
};

NewFile find_new(const char* path) {
  struct statx facts;
  constexpr unsigned kAsked = STATX_BTIME | STATX_INO | STATX_UID;
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, kAsked, &facts) != 0) return {};
  if ((facts.stx_mask & STATX_BTIME) == 0 || !S_ISREG(facts.stx_mode)) return {};
  bool is_older = facts.stx_btime.tv_sec != started.tv_sec
                      ? facts.stx_btime.tv_sec < started.tv_sec
                      : facts.stx_btime.tv_nsec < started.tv_nsec;
  return is_older ? NewFile{} : NewFile{facts.stx_ino, facts.stx_uid};
}

PosixNote* find_posix(const char* path) {
  for (int i = 0; i < posix_count; ++i) {
    if (strcmp(posix_notes[i].path, path) == 0) return &posix_notes[i];
  }
  return nullptr;
}

/// Those of files that are gone make place.
void forget_removed() {
  int kept = 0;
  for (int i = 0; i < posix_count; ++i) {
    if (find_new(posix_notes[i].path).inode == posix_notes[i].inode)
      posix_notes[kept++] = posix_notes[i];
  }
  posix_count = kept;
}

void note_posix(const char* path, bool is_orphan = false) {
  NewFile file = find_new(path);
  PosixNote* note = find_posix(path);
  std::size_t size = strlen(path) + 1;
  if (file.inode == 0 || size > sizeof note->path) return;
  if (note == nullptr && posix_count == kMostNotes) forget_removed();
  if (note == nullptr && posix_count == kMostNotes) return;
  if (note == nullptr) note = &posix_notes[posix_count++];
  memcpy(note->path, path, size);
  note->inode = file.inode;
  note->owner = file.owner;
  note->is_orphan = is_orphan;
  note->is_used = false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Names that differ in their numbers alone, as PostgreSQL.1 and PostgreSQL.27.
bool is_kin(const char* one, const char* other) {
  while (*one != '\0' && *other != '\0') {
    if (is_digit(*one) && is_digit(*other)) {
      while (is_digit(*one)) ++one;
      while (is_digit(*other)) ++other;
    } else if (*one++ != *other++) {
      return false;
    }
  }
  return *one == *other;
}

/// What a process made and let go of between two looks: as new as what was noted, of the same
/// owner, and its kin by name.
void note_orphans() {
  const int seen = posix_count;
  DIR* folder = opendir(kPosixFolder);
  while (const dirent* entry = folder != nullptr ? readdir(folder) : nullptr) {
    char path[sizeof posix_notes[0].path];
    (void)snprintf(path, sizeof path, "%s%s", kPosixFolder, entry->d_name);
    for (int i = 0; i < seen && find_posix(path) == nullptr; ++i) {
      const bool is_akin = is_kin(path, posix_notes[i].path);
      if (is_akin && find_new(path).owner == posix_notes[i].owner) note_posix(path, true);
    }
  }
  if (folder != nullptr) closedir(folder);
}

/// Gives every shared object that a process has mapped or open to `visit`.
template <typename Visit>
void for_each_shared(pid_t pid, Visit visit) {
  static Text maps;
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/maps", pid);
  if (maps.read(path)) {
    char* rest = maps.begin();
    while (char* line = strsep(&rest, "\n")) visit(parse_mapping(line));
  }
  (void)snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR* folder = opendir(path);
  while (const dirent* entry = folder != nullptr ? readdir(folder) : nullptr) {
    char target[PATH_MAX];
    ssize_t size = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
    if (size <= 0) continue;
    target[size] = '\0';
    if (strncmp(target, kPosixFolder, strlen(kPosixFolder)) == 0) {
      visit(SharedMapping{SharedMapping::kPosix, 0, target});
    }
  }
  if (folder != nullptr) closedir(folder);
}

void note_process(pid_t pid) {
  remember_creator(pid);
  for_each_shared(pid, [](const SharedMapping& mapping) {
    if (mapping.kind == SharedMapping::kSystemV) note_system_v(mapping.id);
    if (mapping.kind == SharedMapping::kPosix) note_posix(mapping.path);
  });
}

/// Segments of ours that nobody has mapped any more: no note was ever made of them.
void note_created_system_v() {
  static Text table;
  if (!table.read("/proc/sysvipc/shm")) return;
  char* rest = table.begin();
  strsep(&rest, "\n");  // Column titles: key shmid perms size cpid lpid nattch uid gid cuid cgid
                        // atime dtime ctime
  while (const char* line = strsep(&rest, "\n")) {
    int id;
    pid_t creator;
    long long changed;
    int fields = sscanf(line, "%*d %d %*o %*u %d %*d %*d %*u %*u %*u %*u %*d %*d %lld", &id,
                        &creator, &changed);
    if (fields == 3 && is_creator(creator) && changed >= started.tv_sec) note_system_v(id);
  }
}

void mark_posix_in_use() {
  DIR* proc = opendir("/proc");
  while (const dirent* entry = proc != nullptr ? readdir(proc) : nullptr) {
    pid_t pid = atoi(entry->d_name);
    if (pid <= 0 || pid == getpid()) continue;
    for_each_shared(pid, [](const SharedMapping& mapping) {
      if (mapping.kind != SharedMapping::kPosix) return;
      for (int i = 0; i < posix_count; ++i) {
        PosixNote& note = posix_notes[i];
        const bool is_it = strcmp(note.path, mapping.path) == 0;
        note.is_used |= is_it || (note.is_orphan && is_kin(note.path, mapping.path));
      }
    });
  }
  if (proc != nullptr) closedir(proc);
}

}  // namespace

SharedMapping parse_mapping(const char* line) {
  SharedMapping none{SharedMapping::kNone, 0, nullptr};
  unsigned long inode;
  int path_at = 0;
  // start-end permissions offset device inode path
  if (sscanf(line, "%*s %*s %*s %*s %lu %n", &inode, &path_at) != 1 || path_at == 0) return none;
  const char* path = line + path_at;
  if (strncmp(path, "/SYSV", 5) == 0) {
    return SharedMapping{SharedMapping::kSystemV, static_cast<int>(inode), nullptr};
  }
  if (strncmp(path, kPosixFolder, strlen(kPosixFolder)) == 0) {
    return SharedMapping{SharedMapping::kPosix, 0, path};
  }
  return none;
}

void start_shared_memory_notes() {
  // The coarse clock is the one that files are stamped with.
  clock_gettime(CLOCK_REALTIME_COARSE, &started);
}

void remember_creator(pid_t pid) {
  if (pid > 0 && pid < kMostPids) creators[pid / 64] |= std::uint64_t{1} << (pid % 64);
}

int watch_shared_memory() {
  int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (watch >= 0) inotify_add_watch(watch, kPosixFolder, IN_CREATE);
  return watch;
}

void note_shared_memory() { for_each_descendant(note_process); }

void remove_unused_shared_memory() {
  note_created_system_v();
  for (int i = 0; i < system_v_count; ++i) {
    shmid_ds facts;
    bool is_unused = shmctl(system_v_notes[i], IPC_STAT, &facts) == 0 && facts.shm_nattch == 0;
    // One that existed before us is somebody else's, even where nobody is attached now.
    if (is_unused && facts.shm_ctime >= started.tv_sec)
      shmctl(system_v_notes[i], IPC_RMID, nullptr);
  }
  system_v_count = 0;
  if (posix_count > 0) {
    note_orphans();
    mark_posix_in_use();
  }
  for (int i = 0; i < posix_count; ++i) {
    const PosixNote& note = posix_notes[i];
    if (!note.is_used && find_new(note.path).inode == note.inode) unlink(note.path);
  }
  posix_count = 0;
}

}  // namespace watertight::guard
