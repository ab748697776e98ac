// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"
#include "launch/test_support.h"
#include "posix/file.h"
#include "posix/unique_fd.h"
#include "proc/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using testing::command_of;
using testing::eventually;
using testing::Folder;
using testing::program;
using testing::soon;
using testing::spawned;

struct SharedMemory {
  int mapped = -1;
  int unmapped = -1;
  std::string name;

  bool is_there() const {
    shmid_ds facts;
    return ::shmctl(mapped, IPC_STAT, &facts) == 0 || ::shmctl(unmapped, IPC_STAT, &facts) == 0 ||
           fs::exists("/dev/shm" + name);
  }
};

SharedMemory share_memory(Guard& guard, const Folder& folder) {
  SharedMemory memory;
  memory.name = "/" + folder.path().filename().native();
  Command command = command_of({program("shares_memory"), memory.name});
  command.output = folder.path() / "output";
  spawned(guard, command);
  EXPECT_TRUE(eventually([&] {
    std::istringstream ids(posix::read_file(command.output).value_or(""));
    return bool(ids >> memory.mapped >> memory.unmapped);
  }));
  return memory;
}

TEST(GuardEndAll, RemovesSharedMemoryOfItsProcesses) {
  const Folder folder;
  Guard guard = Guard::start({});
  const SharedMemory memory = share_memory(guard, folder);
  ASSERT_TRUE(memory.is_there());
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(memory.is_there());
}

TEST(GuardEndAll, RemovesSharedMemoryThatWasNotedBeforeItsProcessEnded) {
  const Folder folder;
  Guard guard = Guard::start({});
  const SharedMemory memory = share_memory(guard, folder);
  guard.note_shared_memory();
  const pid_t pid = guard.processes().at(0);
  posix::ProcessHandle::open(pid)->signal(SIGKILL);
  ASSERT_TRUE(guard.wait_for_exit(pid, soon()));
  ASSERT_TRUE(memory.is_there());
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(memory.is_there());
}

TEST(GuardEndAll, RemovesSharedMemoryThatWasLetGoOf) {
  const Folder folder;
  Guard guard = Guard::start({});
  const fs::path memory = "/dev/shm/" + folder.path().filename().native();
  const fs::path go = folder.path() / "go", done = folder.path() / "done";
  ASSERT_EQ(::mkfifo(go.c_str(), 0600), 0);
  spawned(guard, command_of({"/bin/sh", "-c",
                             "exec 3>\"$0\"; read line <\"$1\"; exec 3>&-; : >\"$2\"; "
                             "exec sleep 1000",
                             memory, go, done}));
  ASSERT_TRUE(eventually([&] { return fs::exists(memory); }));
  // What is made once its descriptor is there lets the guard look, before it answers.
  const auto is_open = [&] {
    const auto files = proc::read_open_files(guard.processes().at(0));
    return files && std::ranges::any_of(*files, [&](const proc::OpenFile& file) {
             return file.target == memory.native();
           });
  };
  ASSERT_TRUE(eventually(is_open));
  const fs::path other = memory.native() + ".other";
  posix::write_file(other, "");
  EXPECT_TRUE(guard.has_processes());
  fs::remove(other);
  posix::write_file(go, "on\n");
  ASSERT_TRUE(eventually([&] { return fs::exists(done); }));
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(fs::exists(memory));
}

/// A process that holds `name`.1, beside which there is a `name`.22 that nobody holds.
struct Kin {
  std::string stem;

  fs::path path(int number) const { return "/dev/shm/" + stem + "." + std::to_string(number); }
  bool is_there(int number) const { return fs::exists(path(number)); }
  explicit Kin(Guard& guard, const Folder& folder) : stem(folder.path().filename()) {
    spawned(guard, command_of({"/bin/sh", "-c", "exec 3>\"$0\"; exec sleep 1000", path(1)}));
    EXPECT_TRUE(eventually([&] { return is_there(1); }));
    posix::write_file(path(22), "");
  }
};

TEST(GuardEndAll, RemovesSharedMemoryThatIsKinToItsOwn) {
  const Folder folder;
  Guard guard = Guard::start({});
  const Kin kin(guard, folder);
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(kin.is_there(1));
  EXPECT_FALSE(kin.is_there(22));
}

TEST(GuardEndAll, LeavesKinWhoseKinSomebodyElseUses) {
  const Folder folder;
  Guard guard = Guard::start({});
  const Kin kin(guard, folder);
  const posix::UniqueFd other(::open(kin.path(333).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(kin.is_there(1));
  EXPECT_TRUE(kin.is_there(22));
  EXPECT_TRUE(kin.is_there(333));
  fs::remove(kin.path(22));
  fs::remove(kin.path(333));
}

TEST(GuardEndAll, LeavesSharedMemoryThatSomebodyElseUses) {
  const Folder folder;
  Guard guard = Guard::start({});
  const SharedMemory memory = share_memory(guard, folder);
  const void* attached = ::shmat(memory.mapped, nullptr, 0);
  ASSERT_NE(attached, reinterpret_cast<void*>(-1));
  const int file = ::shm_open(memory.name.c_str(), O_RDWR, 0);
  ASSERT_GE(file, 0);
  EXPECT_TRUE(guard.end_all());
  shmid_ds facts;
  EXPECT_EQ(::shmctl(memory.mapped, IPC_STAT, &facts), 0);
  EXPECT_EQ(::shm_unlink(memory.name.c_str()), 0);
  ::close(file);
  ::shmdt(attached);
  ::shmctl(memory.mapped, IPC_RMID, nullptr);
}

}  // namespace
}  // namespace watertight::launch
