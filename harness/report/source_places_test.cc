// SPDX-License-Identifier: Apache-2.0
#include "report/source_places.h"

#include <gtest/gtest.h>

namespace watertight::report {
namespace {

std::string place(const std::string& file, int line = 7) {
  const auto found = source_place({.function = "f", .file = file, .line = line}, "/home/me/src");
  return found ? found->file + ":" + std::to_string(found->line) : "none";
}

TEST(SourcePlace, IsRelativeToTheRoot) {
  EXPECT_EQ(place("/home/me/src/net/server.cc"), "net/server.cc:7");
  EXPECT_EQ(place("/home/me/src/build/../server.cc"), "server.cc:7");
  EXPECT_EQ(place("net/server.cc"), "net/server.cc:7");
}

TEST(SourcePlace, IsNoneOutsideOfTheRoot) {
  EXPECT_EQ(place("/usr/include/string"), "none");
  EXPECT_EQ(place("/home/me/src/../other.cc"), "none");
  EXPECT_EQ(place("../other.cc"), "none");
  EXPECT_EQ(place("/home/me/src2/other.cc"), "none");
}

TEST(SourcePlace, IsNoneWhereTheLineIsNotKnown) {
  EXPECT_EQ(place(""), "none");
  EXPECT_EQ(place("server.cc", 0), "none");
}

TEST(SourcePlaces, LeaveOutWhatIsNotTheUsers) {
  const Blame blame{.what = "",
                    .frames = {{"operator new", "/usr/src/new.cc", 3},
                               {"on_request", "/s/server.cc", 88},
                               {"main", "/s/main.cc", 5}}};
  const auto places = source_places(blame, "/s");
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].file, "server.cc");
  EXPECT_EQ(places[0].function, "on_request");
}

}  // namespace
}  // namespace watertight::report
