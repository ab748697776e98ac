// SPDX-License-Identifier: Apache-2.0
#include "proc/files.h"

#include "posix/file.h"
#include "posix/pipe.h"
#include "posix/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace watertight::proc {
namespace {

using posix::UniqueFd;
using ::testing::StartsWith;
using Kind = OpenFile::Kind;

OpenFile find(int fd) {
  const auto files = *read_open_files(getpid());
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const OpenFile& f) { return f.fd == fd; });
  return found == files.end() ? OpenFile() : *found;
}

UniqueFd temporary_file() {
  std::string name =
      (std::filesystem::temp_directory_path() / "watertight (deleted)XXXXXX").native();
  UniqueFd file(mkostemp(name.data(), O_CLOEXEC));
  std::filesystem::remove(name);
  return file;
}

TEST(ReadOpenFiles, TellsTheKindOfEach) {
  const posix::Pipe pipe = posix::open_pipe();
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UniqueFd folder = posix::open_file("/", O_RDONLY | O_DIRECTORY);
  const UniqueFd null = posix::open_file("/dev/null", O_RDONLY);
  const UniqueFd memory(::memfd_create("x (deleted)", MFD_CLOEXEC));
  const UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  const UniqueFd name_space = posix::open_file("/proc/self/ns/net", O_RDONLY);
  EXPECT_EQ(find(pipe.reading.get()).kind, Kind::kPipe);
  EXPECT_EQ(find(socket.get()).kind, Kind::kSocket);
  EXPECT_EQ(find(socket.get()).target, "socket:[" + std::to_string(find(socket.get()).inode) + "]");
  EXPECT_EQ(find(folder.get()).kind, Kind::kDirectory);
  EXPECT_EQ(find(null.get()).kind, Kind::kDevice);
  EXPECT_EQ(find(memory.get()).kind, Kind::kMemfd);
  EXPECT_EQ(find(memory.get()).target, "/memfd:x (deleted) (deleted)");
  EXPECT_EQ(find(event.get()).kind, Kind::kAnonymous);
  EXPECT_EQ(find(event.get()).target, "anon_inode:[eventfd]");
  EXPECT_EQ(find(name_space.get()).kind, Kind::kAnonymous);
}

TEST(ReadOpenFiles, TellsDeletedFilesByTheirLinksNotTheirNames) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("watertight-" + std::to_string(getpid()) + " (deleted)");
  posix::write_file(path, "");
  const UniqueFd file = posix::open_file(path, O_RDONLY);
  EXPECT_EQ(find(file.get()).kind, Kind::kRegular);
  EXPECT_EQ(find(file.get()).target, path.native());
  EXPECT_EQ(find(file.get()).links, 1U);
  std::filesystem::remove(path);
  EXPECT_EQ(find(file.get()).kind, Kind::kRegular);
  EXPECT_EQ(find(file.get()).links, 0U);
}

TEST(ReadOpenFiles, LeavesOutItsOwnLook) {
  EXPECT_EQ(read_open_files(getpid())->size(), *count_open_files(getpid()));
}

TEST(CountOpenFiles, CountsEveryDescriptor) {
  const auto before = *count_open_files(getpid());
  std::vector<UniqueFd> files;
  for (int i = 0; i < 300; ++i) files.push_back(posix::open_file("/dev/null", O_RDONLY));
  EXPECT_EQ(*count_open_files(getpid()), before + 300);
  EXPECT_EQ(*count_open_files_by_listing(getpid()), before + 300);
  files.clear();
  EXPECT_EQ(*count_open_files(getpid()), before);
}

TEST(CountOpenFiles, IsEmptyWhereThereIsNoProcess) {
  EXPECT_FALSE(count_open_files(1 << 30));
  EXPECT_FALSE(count_open_files_by_listing(1 << 30));
  EXPECT_FALSE(read_open_files(1 << 30));
  EXPECT_FALSE(take_descriptor_census(1 << 30));
}

// Recorded from Linux 6.18.
TEST(ParseFdinfo, CountsEpollTargets) {
  EXPECT_EQ(parse_fdinfo(
                "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1038\n"
                "tfd:        5 events:       1f data:                5  pos:0 ino:ee0ff sdev:f\n"
                "tfd:        4 events:       1f data:                4  pos:0 ino:ee0ff sdev:f\n")
                .epoll_targets,
            2U);
}

TEST(ParseFdinfo, CountsInotifyWatches) {
  EXPECT_EQ(
      parse_fdinfo("pos:\t0\nflags:\t00\nmnt_id:\t17\nino:\t1038\ninotify wd:1 ino:3c51a "
                   "sdev:fe00000 mask:2 "
                   "ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:1ac5030000000000\n")
          .inotify_watches,
      1U);
}

TEST(ParseFdinfo, CountsLocks) {
  EXPECT_EQ(
      parse_fdinfo(
          "pos:\t0\nflags:\t02100001\nlock:\t1: FLOCK  ADVISORY  WRITE 27946 fe:00:10952821 0 EOF\n"
          "lock:\t2: POSIX  ADVISORY  WRITE 27946 fe:00:10952821 0 EOF\n")
          .locks,
      2U);
}

TEST(ParseFdinfo, TakesAnything) {
  for (const std::string_view text : {"", "\n\n", "tfd", "xtfd: 1", "\xff\0lock:"}) {
    const InnerCounts counts = parse_fdinfo(text);
    EXPECT_EQ(counts.epoll_targets + counts.inotify_watches + counts.locks, 0U);
  }
}

TEST(ParseLockedInodes, ReadsEveryKindOfLock) {
  EXPECT_THAT(parse_locked_inodes("1: FLOCK  ADVISORY  WRITE 27946 fe:00:10952821 0 EOF\n"
                                  "2: POSIX  ADVISORY  READ 1 00:1a:77 128 128\n"
                                  "2: -> OFDLCK ADVISORY WRITE -1 fe:00:5 0 EOF\n"),
              testing::UnorderedElementsAre(10952821, 77, 5));
  EXPECT_TRUE(parse_locked_inodes("::\n1:\n:: a:b:c").empty());
}

InnerCounts inner_counts_of_this_process() {
  const auto locked = parse_locked_inodes(*posix::read_file("/proc/locks"));
  return take_descriptor_census(getpid(), locked)->inner;
}

TEST(DescriptorCensus, SeesWhatTheNumberOfDescriptorsHides) {
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  const UniqueFd inotify(::inotify_init1(IN_CLOEXEC));
  const UniqueFd file = temporary_file();
  const posix::Pipe pipe = posix::open_pipe();
  const auto fds = *count_open_files(getpid());
  const InnerCounts before = inner_counts_of_this_process();

  epoll_event event{};
  ASSERT_EQ(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, pipe.reading.get(), &event), 0);
  ASSERT_GE(::inotify_add_watch(inotify.get(), "/", IN_CREATE), 0);
  ASSERT_EQ(::flock(file.get(), LOCK_EX), 0);

  const InnerCounts after = inner_counts_of_this_process();
  EXPECT_EQ(*count_open_files(getpid()), fds);
  EXPECT_EQ(after.epoll_targets, before.epoll_targets + 1);
  EXPECT_EQ(after.inotify_watches, before.inotify_watches + 1);
  EXPECT_EQ(after.locks, before.locks + 1);
  EXPECT_EQ(take_descriptor_census(getpid())->inner.locks, after.locks);
}

TEST(OpenFlags, AreThoseOfTheOpenCall) {
  EXPECT_EQ(parse_open_flags("pos:\t0\nflags:\t02102001\nmnt_id:\t29\n"), 02102001u);
  EXPECT_FALSE(parse_open_flags("pos:\t0\nflags:\t9\n"));
  EXPECT_FALSE(parse_open_flags(""));
  const posix::UniqueFd log =
      posix::open_file(testing::TempDir() + "open_flags", O_WRONLY | O_CREAT | O_APPEND, 0600);
  const auto flags = read_open_flags(posix::own_pid(), log.get());
  ASSERT_TRUE(flags);
  EXPECT_EQ(*flags & O_ACCMODE, static_cast<unsigned>(O_WRONLY));
  EXPECT_TRUE(*flags & O_APPEND);
  EXPECT_FALSE(read_open_flags(posix::own_pid(), 999'999));
}

}  // namespace
}  // namespace watertight::proc
