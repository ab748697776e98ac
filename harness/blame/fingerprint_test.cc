// SPDX-License-Identifier: Apache-2.0
#include "blame/fingerprint.h"

#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

struct Name {
  const char* given;
  const char* normal;
};

TEST(NormalizeFunction, LeavesOutWhatDiffersFromBuildToBuild) {
  const Name names[] = {
      {"on_request", "on_request"},
      {"on_request.part.0", "on_request"},
      {"on_request.constprop.1.isra.0", "on_request"},
      {"on_request.cold", "on_request"},
      {"memcpy@@GLIBC_2.14", "memcpy"},
      {"std::vector<int, std::allocator<int> >::push_back(int const&)", "std::vector::push_back"},
      {"Pool<(anonymous namespace)::Job>::take", "Pool::take"},
      {"(anonymous namespace)::take(int)", "{anonymous}::take"},
      {"serve(int)::{lambda(char const*)#2}::operator()", "serve::{lambda}::operator()"},
      {"operator<< <char>(std::ostream&)", "operator<< "},
      {"Map<Key, int (*)(int)>::operator[](Key const&)", "Map::operator[]"},
      {"text[abi:cxx11](int)", "text"},
      {"core::fmt::Write::write_fmt::h0123456789abcdef", "core::fmt::Write::write_fmt"},
      {"r[4dd80272b5a2d1fc]::leak::<u32>", "r::leak"},
      {"server::main::{closure#3}", "server::main::{closure}"},
      {"<alloc::vec::Vec<u8> as core::clone::Clone>::clone",
       "<alloc::vec::Vec<u8> as core::clone::Clone>::clone"},
      {"operator new(unsigned long)", "operator new"},
      {"", ""},
      {"<", "<"},
      {"f(", "f"},
  };
  for (const Name& name : names) EXPECT_EQ(normalize_function(name.given), name.normal);
}

Frame frame(const std::string& function, const std::string& module, int line = 0,
            std::uint64_t offset = 0) {
  return {.function = function, .file = "a.c", .line = line, .module = module, .offset = offset};
}

const std::vector<Frame> kStack = {frame("malloc", "/lib/libc.so.6"), frame("keep", "/bin/d", 7, 1),
                                   frame("main", "/bin/d", 9, 2)};

TEST(Fingerprint, IsTheSameForAnotherBuildInAnotherPlace) {
  const std::vector<Frame> rebuilt = {frame("malloc", "/lib/libjemalloc.so.2"),
                                      frame("keep.part.0", "/opt/new/d", 8, 99),
                                      frame("main", "/opt/new/d", 12, 100)};
  EXPECT_EQ(fingerprint("heap", kStack), fingerprint("heap", rebuilt));
}

TEST(Fingerprint, TellsKindsFunctionsAndModulesApart) {
  const std::string own = fingerprint("heap", kStack);
  EXPECT_NE(own, fingerprint("fds", kStack));
  EXPECT_NE(own, fingerprint("heap", {frame("keep", "/bin/other"), frame("main", "/bin/other")}));
  EXPECT_NE(own, fingerprint("heap", {frame("drop", "/bin/d"), frame("main", "/bin/d")}));
  EXPECT_NE(fingerprint("heap", {frame("ab", "/d"), frame("c", "/d")}),
            fingerprint("heap", {frame("a", "/d"), frame("bc", "/d")}));
}

TEST(Fingerprint, IsFnv1a) {
  EXPECT_EQ(fingerprint("heap", kStack).size(), 16u);
  // One NUL byte after nothing: the offset basis times the prime.
  EXPECT_EQ(fingerprint("", {}), "af63bd4c8601b7df");
}

TEST(FromTheCulprit, PassesOverAllocatorsAndLibraries) {
  EXPECT_EQ(from_the_culprit(kStack).front().function, "keep");
  const std::vector<Frame> opened = {frame("open", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
                                     frame("fopen", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
                                     frame("bad_loop", "/bin/d")};
  EXPECT_EQ(from_the_culprit(opened).front().function, "bad_loop");
  const std::vector<Frame> sanitized = {frame("__interceptor_malloc", "/bin/d"),
                                        frame("keep", "/bin/d")};
  EXPECT_EQ(from_the_culprit(sanitized).front().function, "keep");
  const std::vector<Frame> libc_only = {frame("malloc", "/lib/libc.so.6")};
  EXPECT_EQ(from_the_culprit(libc_only).size(), 1u) << "better than nothing";
}

}  // namespace
}  // namespace watertight::blame
