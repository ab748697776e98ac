// SPDX-License-Identifier: Apache-2.0
#include "blame/address_space.h"

#include "blame/demangle.h"

#include <gtest/gtest.h>

namespace watertight::blame {
namespace {

TEST(Demangle, KnowsCppAndRust) {
  EXPECT_EQ(demangle("_ZN6server7SessionIiE10on_requestEi"), "server::Session<int>::on_request");
  EXPECT_EQ(demangle("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
            "core::fmt::Write::write_fmt");
  EXPECT_EQ(demangle("_RINvCs6GmmlP4bgsG_1r4leakmEB2_"), "r::leak::<u32>");
  EXPECT_EQ(demangle("on_request"), "on_request");
  EXPECT_EQ(demangle("_ZN"), "_ZN");
  EXPECT_EQ(demangle(""), "");
}

proc::Mapping mapping(std::uint64_t start, std::uint64_t end, std::uint64_t offset,
                      const std::string& path) {
  proc::Mapping mapping;
  mapping.start = start;
  mapping.end = end;
  mapping.offset = offset;
  mapping.path = path;
  return mapping;
}

TEST(AddressSpace, CountsFromTheFirstMappingOfAModule) {
  AddressSpace space;
  space.add({mapping(0x1000, 0x2000, 0, "/a"), mapping(0x2000, 0x3000, 0x1000, "/a"),
             mapping(0x3000, 0x4000, 0, ""), mapping(0x5000, 0x6000, 0x2000, "/a")});
  EXPECT_EQ(space.find(0x5010)->offset, 0x4010u);
  EXPECT_EQ(space.find(0x5010)->module, "/a");
  EXPECT_FALSE(space.find(0x3010));
  EXPECT_FALSE(space.find(0x6000));
  EXPECT_FALSE(space.find(0xfff));
}

TEST(AddressSpace, BelievesTheLatestSnapshot) {
  AddressSpace space;
  space.add({mapping(0x1000, 0x9000, 0, "/old")});
  space.add({mapping(0x3000, 0x4000, 0, "/new")});
  EXPECT_EQ(space.find(0x2fff)->module, "/old");
  EXPECT_EQ(space.find(0x3000)->module, "/new");
  EXPECT_EQ(space.find(0x3000)->offset, 0u);
  EXPECT_EQ(space.find(0x4000)->module, "/old");
  EXPECT_EQ(space.find(0x4000)->offset, 0x3000u);
}

TEST(AddressSpace, ReadsADeletedModuleThroughTheProcess) {
  AddressSpace space(71);
  space.add({mapping(0x1000, 0x2000, 0, "/a b (deleted)")});
  EXPECT_EQ(space.find(0x1000)->module, "/a b");
  EXPECT_EQ(space.find(0x1000)->file, "/proc/71/map_files/1000-2000");
}

}  // namespace
}  // namespace watertight::blame
