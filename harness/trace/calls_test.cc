// SPDX-License-Identifier: Apache-2.0
#include "trace/handler_audit.h"
#include "trace/named_file.h"
#include "trace/refusal.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>

namespace watertight::trace {
namespace {

posix::TracedCall call(long number, std::array<std::uint64_t, 6> arguments) {
  return {.is_entry = true, .is_native = true, .number = number, .arguments = arguments};
}

TEST(RemovedNames, AreThoseOfUnlinkAndRename) {
  const auto removed = removed_names(call(__NR_unlinkat, {5, 0x1000, 0}));
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].folder, 5);
  EXPECT_EQ(removed[0].address, 0x1000u);
  EXPECT_EQ(removed_names(call(__NR_renameat2, {5, 0x1000, 6, 0x2000, 0})).size(), 2u);
  EXPECT_TRUE(removed_names(call(__NR_openat, {5, 0x1000})).empty());
}

TEST(LockedDescriptor, IsThatOfEveryKindOfLock) {
  constexpr std::uint64_t kExclusive = 2, kUnlock = 8, kDoNotWait = 4;
  EXPECT_EQ(locked_descriptor(call(__NR_flock, {3, kExclusive | kDoNotWait})), 3);
  EXPECT_EQ(locked_descriptor(call(__NR_flock, {3, kUnlock})), std::nullopt);
  for (const std::uint64_t command : {F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW})
    EXPECT_EQ(locked_descriptor(call(__NR_fcntl, {4, command})), 4);
  EXPECT_EQ(locked_descriptor(call(__NR_fcntl, {4, F_GETLK})), std::nullopt);
  EXPECT_EQ(locked_descriptor(call(__NR_close, {4})), std::nullopt);
}

TEST(SignOf, TellsMemoryLocksAndFilesOfTheLibrary) {
  EXPECT_EQ(sign_of(call(__NR_brk, {}), ""), "takes memory (brk)");
  EXPECT_EQ(sign_of(call(__NR_futex, {0, FUTEX_WAIT_PRIVATE}), ""), "waits for a lock (futex)");
  EXPECT_EQ(sign_of(call(__NR_openat, {}), "/etc/localtime"), "reads the time zone (openat)");
  EXPECT_EQ(sign_of(call(__NR_connect, {}), std::string("\1\0/dev/log", 10)),
            "connects to the system log (connect)");
}

TEST(SignOf, LetsPassWhatIsSafe) {
  EXPECT_EQ(sign_of(call(__NR_futex, {0, FUTEX_WAKE_PRIVATE}), ""), "");
  EXPECT_EQ(sign_of(call(__NR_openat, {}), "/var/log/x"), "");
  EXPECT_EQ(sign_of(call(__NR_write, {}), ""), "");
}

TEST(SeccompFilter, IsReadFromTheStatus) {
  EXPECT_TRUE(has_seccomp_filter("Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n"));
  EXPECT_FALSE(has_seccomp_filter("Name:\tx\nSeccomp:\t0\nSeccomp_filters:\t0\n"));
  EXPECT_FALSE(has_seccomp_filter(""));
}

}  // namespace
}  // namespace watertight::trace
