// SPDX-License-Identifier: Apache-2.0
#include "launch/preload.h"

#include "launch/elf_head.h"
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
using ::testing::StartsWith;

TEST(PreloadAgent, StandsBeforeWhatTheUserPreloads) {
  const Folder folder;
  posix::write_file(folder.path() / "built.so", "agent");
  std::map<std::string, std::string> environment = {{"LD_PRELOAD", "/lib/users.so"}};
  preload_agent(environment, folder.path() / "built.so", folder.path() / "area");
  EXPECT_EQ(environment["LD_PRELOAD"],
            (folder.path() / "libwatertight-agent.so").native() + ":/lib/users.so");
  EXPECT_EQ(environment["WATERTIGHT_AGENT_AREA"], folder.path() / "area");
}

TEST(PreloadAgent, CanBeLoadedByWhoeverTheDaemonBecomes) {
  const Folder folder;
  posix::write_file(folder.path() / "built.so", "agent");
  fs::permissions(folder.path() / "built.so", fs::perms::owner_read);
  std::map<std::string, std::string> environment;
  preload_agent(environment, folder.path() / "built.so", folder.path() / "area");
  const auto may = [](const fs::path& path, fs::perms wanted) {
    return (fs::status(path).permissions() & wanted) == wanted;
  };
  EXPECT_TRUE(may(folder.path(), fs::perms::others_exec));
  EXPECT_TRUE(may(environment["LD_PRELOAD"], fs::perms::others_read));
}

TEST(PreloadAgent, SaysWhichFileIsMissing) {
  const Folder folder;
  std::map<std::string, std::string> environment;
  EXPECT_THROW(preload_agent(environment, "/no/such.so", folder.path() / "area"), HarnessError);
}

TEST(WhyNotLoaded, TellsAProcessWithoutTheLibrary) {
  EXPECT_THAT(why_not_loaded(::getpid(), "libnone.so", "it"), HasSubstr("loader has not taken it"));
  EXPECT_EQ(why_not_loaded(::getpid(), "libc.so", "it"), "");
}

TEST(ElfHead, NamesTheLoaderOfAProgram) {
  const auto own = read_elf_head("/proc/self/exe");
  ASSERT_TRUE(own);
  EXPECT_THAT(own->loader, StartsWith("/"));
  EXPECT_TRUE(fs::exists(own->loader)) << own->loader;
}

TEST(ElfHead, IsEmptyForWhatIsNoProgram) { EXPECT_FALSE(read_elf_head("/etc/passwd")); }

}  // namespace
}  // namespace watertight::launch
