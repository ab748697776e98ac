// SPDX-License-Identifier: Apache-2.0
#include "proc/locks.h"

#include "posix/file.h"
#include "posix/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace watertight::proc {
namespace {

namespace fs = std::filesystem;

TEST(ParseLockInfo, TellsTheThreeKindsApart) {
  const LockInfo info = parse_lock_info(
      "pos:\t0\nflags:\t02100002\nmnt_id:\t25\nino:\t11691\n"
      "lock:\t1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF\n"
      "lock:\t2: OFDLCK ADVISORY  READ -1 00:13:11691 0 EOF\n"
      "lock:\t3: POSIX  ADVISORY  WRITE 359 00:13:11691 0 0\n");
  ASSERT_EQ(info.locks.size(), 3U);
  EXPECT_EQ(info.locks[0].kind, LockKind::kFlock);
  EXPECT_TRUE(info.locks[0].is_exclusive);
  EXPECT_EQ(info.locks[1].kind, LockKind::kOpenFile);
  EXPECT_FALSE(info.locks[1].is_exclusive);
  EXPECT_EQ(info.locks[2].kind, LockKind::kPosix);
  EXPECT_TRUE(info.closes_on_exec);
}

TEST(ParseLockInfo, SeesThatADescriptorIsInherited) {
  EXPECT_FALSE(parse_lock_info("flags:\t0100002\n").closes_on_exec);
}

TEST(ParseLockInfo, TakesNoLeaseForALock) {
  EXPECT_TRUE(
      parse_lock_info("lock:\t1: LEASE  ACTIVE    WRITE 359 00:13:7 0 EOF\n").locks.empty());
}

TEST(ParseLockInfo, IsTotal) {
  for (const char* text :
       {"", "lock:", "lock:\t\n", "lock:\t1:", "flags:\tx", "\n\n:", "lock: 1: FLOCK"}) {
    EXPECT_FALSE(parse_lock_info(text).closes_on_exec) << text;
  }
}

/// A file with a name of its own, gone at the end.
class OwnFile {
 public:
  OwnFile()
      : path_(fs::temp_directory_path() / ("locks_test." + std::to_string(posix::own_pid()))),
        file_(posix::open_file(path_, O_RDWR | O_CREAT | O_TRUNC, 0600)) {}
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;
  ~OwnFile() {
    std::error_code gone;
    fs::remove(path_, gone);
  }
  const fs::path& path() const { return path_; }
  int fd() const { return file_.get(); }

 private:
  fs::path path_;
  posix::UniqueFd file_;
};

std::vector<HeldLock> own_locks_on(int fd) {
  auto held = read_held_locks(posix::own_pid());
  if (!held) return {};
  std::erase_if(*held, [fd](const HeldLock& lock) { return lock.fd != fd; });
  return *held;
}

TEST(ReadHeldLocks, NamesTheFileBehindTheDescriptor) {
  const OwnFile file;
  EXPECT_TRUE(own_locks_on(file.fd()).empty());
  ASSERT_EQ(::flock(file.fd(), LOCK_EX | LOCK_NB), 0);
  const auto held = own_locks_on(file.fd());
  ASSERT_EQ(held.size(), 1U);
  const auto about = posix::stat_if_there(file.path());
  ASSERT_TRUE(about);
  EXPECT_EQ(held[0].kind, LockKind::kFlock);
  EXPECT_TRUE(held[0].is_exclusive);
  EXPECT_TRUE(held[0].closes_on_exec);
  EXPECT_EQ(held[0].device, about->st_dev);
  EXPECT_EQ(held[0].inode, about->st_ino);
  EXPECT_EQ(held[0].target, file.path());
}

TEST(ReadHeldLocks, SeesThatTheFileLostItsName) {
  const OwnFile file;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(file.fd(), F_SETLK, &whole), 0);
  fs::remove(file.path());
  const auto held = own_locks_on(file.fd());
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].kind, LockKind::kPosix);
  EXPECT_EQ(held[0].links, 0U);
  EXPECT_THAT(held[0].target, ::testing::EndsWith(" (deleted)"));
}

TEST(ReadHeldLocks, IsEmptyForAProcessThatIsGone) { EXPECT_FALSE(read_held_locks(0x3ffffffe)); }

}  // namespace
}  // namespace watertight::proc
