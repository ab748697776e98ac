// SPDX-License-Identifier: Apache-2.0
#include "posix/checked.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace watertight::posix {
namespace {

TEST(HarnessErrorText, NamesCallObjectAndReason) {
  const HarnessError error("open", "/etc/shadow", EACCES);
  EXPECT_STREQ(error.what(), "open /etc/shadow: Permission denied");
  EXPECT_EQ(error.errno_value(), EACCES);
}

TEST(HarnessErrorText, LeavesOutWhatIsNotKnown) {
  EXPECT_STREQ(HarnessError("pipe", "", EMFILE).what(), "pipe: Too many open files");
  EXPECT_STREQ(HarnessError("no guard program beside", "/usr/bin", 0).what(),
               "no guard program beside /usr/bin");
}

TEST(Checked, GivesBackWhatTheCallReturned) {
  EXPECT_EQ(checked(0, "call"), 0);
  EXPECT_EQ(checked(-2, "call"), -2);  // only -1 is an error
}

TEST(Checked, ThrowsTheErrnoOfTheCall) {
  errno = EBADF;
  try {
    checked(-1, "read", "x");
    FAIL() << "did not throw";
  } catch (const HarnessError& error) {
    EXPECT_EQ(error.errno_value(), EBADF);
  }
}

TEST(RetryEintr, RepeatsUntilTheCallIsNotInterrupted) {
  int calls = 0;
  const int result = retry_eintr([&] {
    errno = EINTR;
    return ++calls < 3 ? -1 : 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(calls, 3);
}

TEST(RetryEintr, LeavesOtherErrorsToTheCaller) {
  int calls = 0;
  const int result = retry_eintr([&] {
    errno = EIO;
    ++calls;
    return -1;
  });
  EXPECT_EQ(result, -1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace watertight::posix
