// SPDX-License-Identifier: Apache-2.0
#include "blame/suppressions.h"

#include <watertight/error.h>

#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

constexpr std::string_view kValgrind = R"(# Of the C library.
{
   cache of the resolver
   Memcheck:Leak
   match-leak-kinds: reachable,possible
   fun:malloc
   ...
   obj:*/libresolv*.so*
}
{
  plugins
  Memcheck:Leak
  fun:_Znwm
  src:plugin.cc:12
}
{
  buffer
  Memcheck:Param
  write(buf)
  fun:write
}
)";

Finding leak(std::vector<Frame> stack, const std::string& kind = "Leak_StillReachable") {
  Finding finding;
  finding.tool_kind = kind;
  finding.kind = kind == "Leak_StillReachable" ? Finding::Kind::kReachable : Finding::Kind::kLeak;
  finding.stack = std::move(stack);
  return finding;
}

const std::vector<Frame> kResolver = {{.function = "malloc", .module = "/lib/libc.so.6"},
                                      {.function = "res_init", .module = "/lib/libc.so.6"},
                                      {.function = "ask", .module = "/lib/libresolv-2.so.2"},
                                      {.function = "main", .module = "/bin/d"}};

class ValgrindSuppressions : public testing::Test {
 protected:
  ValgrindSuppressions() { suppressions.add(kValgrind, "d.supp"); }
  Suppressions suppressions;
};

TEST_F(ValgrindSuppressions, MatchFramesFromTheTopWithGapsAndWildcards) {
  EXPECT_EQ(suppressions.size(), 3u);
  EXPECT_EQ(suppressions.find(leak(kResolver)), "cache of the resolver");
  auto other = kResolver;
  other[2].module = "/lib/libz.so.1";
  EXPECT_FALSE(suppressions.find(leak(other)));
  other = kResolver;
  other[0].function = "calloc";
  EXPECT_FALSE(suppressions.find(leak(other))) << "from the top, not anywhere";
}

TEST_F(ValgrindSuppressions, MatchKindsOfLeaks) {
  EXPECT_TRUE(suppressions.find(leak(kResolver, "Leak_PossiblyLost")));
  EXPECT_FALSE(suppressions.find(leak(kResolver, "Leak_DefinitelyLost")));
  Finding finding = leak({{.function = "write"}});
  EXPECT_FALSE(suppressions.find(finding));
  finding.kind = Finding::Kind::kMemory;
  finding.tool_kind = "SyscallParam";
  EXPECT_EQ(suppressions.find(finding), "buffer");
}

TEST_F(ValgrindSuppressions, MatchMangledNamesAndSources) {
  const Frame allocation{.function = "operator new(unsigned long)"};
  EXPECT_EQ(suppressions.find(
                leak({allocation, {.function = "load", .file = "/src/plugin.cc", .line = 12}})),
            "plugins");
  EXPECT_FALSE(suppressions.find(
      leak({allocation, {.function = "load", .file = "/src/plugin.cc", .line = 13}})));
}

TEST(SanitizerSuppressions, MatchAPartOfAnyFrame) {
  Suppressions suppressions;
  suppressions.add("# known\nleak:libresolv\n\n leak:^keep$ \nrace:worker\n", "lsan.supp");
  EXPECT_EQ(suppressions.size(), 3u);
  EXPECT_EQ(suppressions.find(leak(kResolver)), "leak:libresolv");
  EXPECT_EQ(suppressions.find(leak({{.function = "keep"}})), "leak:^keep$");
  EXPECT_FALSE(suppressions.find(leak({{.function = "keeper"}})));
  EXPECT_FALSE(suppressions.find(leak({{.function = "worker"}}))) << "a race, no leak";
  EXPECT_FALSE(suppressions.find(leak({})));
}

struct Mistake {
  std::string_view text;
  std::string_view message;
};

TEST(Suppressions, TellWhereAMistakeIs) {
  const Mistake mistakes[] = {
      {"{\n  name\n", "f:2:1: the file ends before `tool:kind` of the entry of line 1"},
      {"{\n  name\n  Memcheck\n}\n", "f:3:3: expected `tool:kind`, found `Memcheck`"},
      {"{\n  n\n  M:Leak\n  func:x\n}\n",
       "f:4:3: expected `fun:`, `obj:`, `src:`, `...` or `}`, found `func:x`"},
      {"{\n  n\n  M:Leak\n}\n", "f:4:1: an entry needs a level of the stack"},
      {"{\n n\n M:Leak\n fun:x\n}\nfun:y\n", "f:6:1: expected `{`"},
      {"{\n n\n M:Leak\n fun:x\n", "f:4:1: the file ends before `}` of the entry of line 1"},
      {"leak:a\n  leek:b\n", "f:2:3: expected `leak:PATTERN`, found `leek:b`"},
      {"leak:\n", "f:1:6: the pattern is empty"},
  };
  for (const Mistake& mistake : mistakes) {
    try {
      Suppressions().add(mistake.text, "f");
      ADD_FAILURE() << mistake.text;
    } catch (const ScenarioError& error) {
      EXPECT_EQ(error.what(), mistake.message);
    }
  }
  EXPECT_THROW(Suppressions().add_file("/no/such.supp"), ScenarioError);
}

}  // namespace
}  // namespace watertight::blame
