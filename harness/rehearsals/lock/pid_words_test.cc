// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/pid_words.h"

#include <gtest/gtest.h>

namespace watertight::rehearsals {
namespace {

TEST(NamesNobody, WhereThePidIsNone) {
  EXPECT_EQ(names_nobody("already running as pid 0"), "names pid 0");
  EXPECT_EQ(names_nobody("d: running (pid -1)"), "names pid -1");
  EXPECT_EQ(names_nobody("Daemon is already running, PID=99999999"), "names pid 99999999");
}

TEST(NamesNobody, WhereItIsMissing) {
  EXPECT_EQ(names_nobody("already running, PID: "), "names an empty pid");
  EXPECT_EQ(names_nobody("already running (pid=)"), "names an empty pid");
}

TEST(NamesNobody, NotWhereThePidIsOne) {
  for (const char* line :
       {"already running as pid 4711", "pid: 1", "(pid=77) has it", "PID 4194304"})
    EXPECT_EQ(names_nobody(line), "") << line;
}

TEST(NamesNobody, NotWhereItSpeaksOfSomethingElse) {
  for (const char* line : {"", "/run/d.pid: already running", "cannot lock the pid file: busy",
                           "rapid 0", "pidfile: 0", "/run/d.pid: ", "Daemon is already running"})
    EXPECT_EQ(names_nobody(line), "") << line;
}

}  // namespace
}  // namespace watertight::rehearsals
