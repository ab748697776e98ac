// SPDX-License-Identifier: Apache-2.0
#include "blame/sightings.h"

#include "blame/black_box.h"
#include "posix/pipe.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

namespace watertight::blame {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;

/// Of this process, which opens and closes for the test.
class SightingsTest : public testing::Test {
 protected:
  void look(std::uint64_t operations, double seconds) {
    sightings_.look(operations, seconds, {::getpid()});
  }
  std::optional<Age> age_of(const std::string& what, std::uint64_t operations, double seconds) {
    const auto ages = sightings_.oldest(operations, seconds, {what});
    const auto found = ages.find(what);
    return found == ages.end() ? std::nullopt : std::optional(found->second);
  }

  static int open_it(const char* path) { return ::open(path, O_RDONLY | O_CLOEXEC); }

  Sightings sightings_;
};

TEST_F(SightingsTest, TellsTheOldestThatCameLater) {
  look(0, 0);
  const int first = open_it("/etc/passwd");
  look(100, 2);
  const int second = open_it("/etc/passwd");
  look(300, 6);
  const auto age = age_of("/etc/passwd, read-only", 400, 8);
  ASSERT_TRUE(age);
  EXPECT_DOUBLE_EQ(age->seconds, 6);
  EXPECT_EQ(age->operations, 300u);
  ::close(first);
  look(500, 10);
  EXPECT_DOUBLE_EQ(age_of("/etc/passwd, read-only", 500, 10)->seconds, 4);
  ::close(second);
  EXPECT_FALSE(age_of("/etc/passwd, read-only", 500, 10));
}

TEST_F(SightingsTest, TellsNothingOfTheStartAndOfWhatNoLookHasSeen) {
  const int old = open_it("/etc/group");
  look(0, 0);
  look(100, 1);
  const int young = open_it("/etc/passwd");
  const auto ages = sightings_.oldest(200, 2, {"/etc/group, read-only", "/etc/passwd, read-only"});
  EXPECT_THAT(ages, Not(Contains(Key("/etc/group, read-only"))));
  EXPECT_THAT(ages, Not(Contains(Key("/etc/passwd, read-only"))));
  ::close(old);
  ::close(young);
}

TEST_F(SightingsTest, IsNotDeceivedByANumberThatIsUsedAgain) {
  look(0, 0);
  const int fd = open_it("/etc/passwd");
  look(100, 1);
  ::close(fd);
  ASSERT_EQ(open_it("/etc/group"), fd);
  look(200, 5);
  EXPECT_DOUBLE_EQ(age_of("/etc/group, read-only", 300, 6)->seconds, 1);
  ::close(fd);
}

TEST(DescribeGrown, TellsAgesWhereTheyAreKnown) {
  const std::vector<Blame> grown = {{.share = 0.9, .count = 212, .what = "a", .frames = {}},
                                    {.share = 0.1, .count = 1, .what = "b", .frames = {}},
                                    {.share = 0.1, .count = 1, .what = "c", .frames = {}}};
  EXPECT_THAT(describe_grown(grown, 5, {{"a", {12.34, 40'960}}, {"b", {3, 0}}}),
              ElementsAre("+212 a; the oldest open for at least 12 s and 40 960 operations",
                          "+1 b; the oldest open for at least 3 s", "+1 c"));
}

}  // namespace
}  // namespace watertight::blame
