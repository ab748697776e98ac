// SPDX-License-Identifier: Apache-2.0
#include "launch/time_warp.h"

#include "launch/test_support.h"
#include "posix/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <unistd.h>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using testing::Folder;
using ::testing::HasSubstr;

/// A folder `name` as a distribution has it, with `library` as its libfaketime.
fs::path install(const Folder& folder, const std::string& name, const fs::path& library) {
  const fs::path place = folder.path() / name / "faketime";
  fs::create_directories(place);
  fs::copy_file(library, place / "libfaketimeMT.so.1");
  return place / "libfaketimeMT.so.1";
}

TEST(FindTimeWarp, TakesTheOneForOurMachine) {
  const Folder folder;
  const fs::path text = folder.path() / "text";
  posix::write_file(text, "not a library");
  install(folder, "lib/a-foreign-machine", text);
  const fs::path ours = install(folder, "lib/our-machine", "/proc/self/exe");
  EXPECT_EQ(find_time_warp({folder.path() / "none", folder.path() / "lib/*"}), ours);
  EXPECT_EQ(find_time_warp({folder.path() / "lib/our-machine"}), ours);
}

TEST(FindTimeWarp, NamesTheRemedy) {
  const Folder folder;
  try {
    find_time_warp({folder.path() / "*", folder.path()});
    FAIL() << "found";
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), HasSubstr("apt install faketime"));
    EXPECT_THAT(error.what(), HasSubstr(folder.path().native()));
  }
}

TEST(WarpTime, LeavesWhatTheUserPreloads) {
  std::map<std::string, std::string> environment = {{"HOME", "/root"}};
  warp_time(environment, 1000, "/lib/w.so");
  EXPECT_EQ(environment["LD_PRELOAD"], "/lib/w.so");
  EXPECT_EQ(environment["FAKETIME"], "+0 x1000");

  environment["LD_PRELOAD"] = "/lib/users.so";
  warp_time(environment, 2.5, "/lib/w.so");
  EXPECT_EQ(environment["LD_PRELOAD"], "/lib/users.so:/lib/w.so");
  EXPECT_EQ(environment["FAKETIME"], "+0 x2.5");
  EXPECT_EQ(environment.size(), 3u);
}

TEST(WhyNotWarped, TellsAProcessWithoutTheLibrary) {
  EXPECT_THAT(why_not_warped(::getpid()), HasSubstr("loader has not taken libfaketime"));
}

}  // namespace
}  // namespace watertight::launch
