// SPDX-License-Identifier: Apache-2.0
#include "proc/ipc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

namespace watertight::proc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = IpcObject::Kind;

// Recorded from Linux 6.18.
constexpr std::string_view kSharedMemory =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid  "
    "    atime      "
    "dtime      ctime                   rss                  swap\n"
    "-1735246467          3   644                  4096 27989     0      0     0     0    33     0 "
    "         0          "
    "0 1795360969                     0                     0\n";
constexpr std::string_view kSemaphores =
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
    "-849700368          0   644          2     0     0     0     0          0 1795360969\n";
constexpr std::string_view kMessageQueues =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      "
    "stime      rtime      "
    "ctime\n"
    " 319862411          0   644           0          0     0     0     0     0     0     0        "
    "  0          0 "
    "1795360969\n";

TEST(ParseSysvipc, FindsColumnsByName) {
  EXPECT_THAT(parse_sysvipc(Kind::kSharedMemory, kSharedMemory),
              ElementsAre(IpcObject{Kind::kSharedMemory, 3, -1735246467, 33, 27989, 1795360969}));
  EXPECT_THAT(parse_sysvipc(Kind::kSemaphores, kSemaphores),
              ElementsAre(IpcObject{Kind::kSemaphores, 0, -849700368, 0, 0, 1795360969}));
  EXPECT_THAT(parse_sysvipc(Kind::kMessageQueue, kMessageQueues),
              ElementsAre(IpcObject{Kind::kMessageQueue, 0, 319862411, 0, 0, 1795360969}));
}

TEST(ParseSysvipc, LeavesOutWhatIsNoObject) {
  EXPECT_THAT(parse_sysvipc(Kind::kSharedMemory, ""), IsEmpty());
  EXPECT_THAT(parse_sysvipc(Kind::kSharedMemory, kSemaphores), IsEmpty());
  EXPECT_THAT(parse_sysvipc(Kind::kSharedMemory, "key shmid\n\n1 x\n2\n"), IsEmpty());
  for (std::size_t length = 0; length < kSharedMemory.size(); ++length) {
    EXPECT_LE(parse_sysvipc(Kind::kSharedMemory, kSharedMemory.substr(0, length)).size(), 1U);
  }
}

TEST(ReadSysvipc, SeesASegmentComeAndGo) {
  const int id = ::shmget(IPC_PRIVATE, 4096, 0600);
  if (id == -1) GTEST_SKIP() << "System V shared memory is not to be had here";
  const auto is_ours = [&](const IpcObject& object) {
    return object.kind == Kind::kSharedMemory && object.id == id && object.creator_pid == getpid();
  };
  EXPECT_THAT(read_sysvipc(), Contains(::testing::ResultOf(is_ours, true)));
  ASSERT_EQ(::shmctl(id, IPC_RMID, nullptr), 0);
  EXPECT_THAT(read_sysvipc(), Not(Contains(::testing::ResultOf(is_ours, true))));
}

}  // namespace
}  // namespace watertight::proc
