// SPDX-License-Identifier: Apache-2.0
#include "trace/functions.h"

#include "posix/file.h"
#include "posix/process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace watertight::trace {
namespace {

TEST(UnsafeFunctions, AreThoseThatAllocateLockOrLog) {
  for (const char* name : {"malloc", "free", "printf", "__printf_chk", "__snprintf_chk", "closelog",
                           "exit", "_Znwm", "_ZdlPv", "localtime", "pthread_mutex_lock"})
    EXPECT_TRUE(is_unsafe_in_handler(name)) << name;
}

TEST(UnsafeFunctions, AreNoneOfTheSafeOnes) {
  for (const char* name : {"write", "_exit", "kill", "sigaction", "sem_post", "time", "waitpid",
                           "__errno_location", "mallocs", "my_malloc", "", "_Zn"})
    EXPECT_FALSE(is_unsafe_in_handler(name)) << name;
}

TEST(PlainName, IsWhatTheProgramCalls) {
  EXPECT_EQ(plain_name("__vsyslog_chk"), "vsyslog");
  EXPECT_EQ(plain_name("_Znam"), "operator new[]");
  EXPECT_EQ(plain_name("malloc"), "malloc");
  EXPECT_TRUE(is_jump("__longjmp_chk"));
  EXPECT_FALSE(is_jump("setjmp"));
}

TEST(ParseFunctions, FindsNoneInWhatIsNoElfFile) {
  EXPECT_TRUE(parse_functions("").empty());
  EXPECT_TRUE(parse_functions("\177ELF").empty());
  EXPECT_TRUE(parse_functions(std::string(4096, 'x')).empty());
}

TEST(ParseFunctions, TakesEveryCutOfAFile) {
  const std::string whole = posix::read_file("/proc/self/exe").value();
  for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 100'000); size += 997)
    parse_functions(std::string_view(whole).substr(0, size));
}

TEST(ReadFunctions, FindsTheLibrarysWhereTheyAre) {
  const FunctionTable table = read_functions(posix::own_pid());
  if (table.empty()) GTEST_SKIP() << "no symbols to be read";
  const auto found = table.find(reinterpret_cast<std::uint64_t>(&std::exit));
  ASSERT_NE(found, table.end());
  EXPECT_EQ(found->second, "exit");
}

}  // namespace
}  // namespace watertight::trace
