// SPDX-License-Identifier: Apache-2.0
#include "probe/file_census.h"

#include "posix/file.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <set>

namespace watertight::probe {
namespace {

namespace fs = std::filesystem;

class FileCensusTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "census.XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::set<std::string> files() const {
    std::set<std::string> found;
    FileCensus(folder_, {}, ::getuid()).for_each_file([&](const std::string& path) {
      found.insert(fs::path(path).lexically_relative(folder_).string());
    });
    return found;
  }

  fs::path folder_;
};

TEST_F(FileCensusTest, CountsEverythingBelowTheStateFolder) {
  fs::create_directories(folder_ / "tmp/deep");
  posix::write_file(folder_ / "tmp/deep/a", "");
  posix::write_file(folder_ / ".hidden", "");
  EXPECT_EQ(files(), (std::set<std::string>{"tmp", "tmp/deep", "tmp/deep/a", ".hidden"}));
}

TEST_F(FileCensusTest, DoesNotFollowLinksOutOfIt) {
  fs::create_directory_symlink("/", folder_ / "root");
  EXPECT_EQ(files(), (std::set<std::string>{"root"}));
}

TEST_F(FileCensusTest, ReadsAMissingFolderAsEmpty) {
  fs::remove_all(folder_);
  EXPECT_TRUE(files().empty());
}

class SharedFolderTest : public FileCensusTest {
 protected:
  void touch(const std::string& name) { posix::write_file(folder_ / name, ""); }
  FileCensus census() const { return FileCensus("/nonexistent", {folder_}, ::getuid()); }
};

TEST_F(SharedFolderTest, CountsAFamilyOfNamesThatOnlyGrows) {
  FileCensus counting = census();
  const std::uint64_t before = counting.count_files();
  for (int i = 0; i < 10; ++i) touch("leak.AbCdE" + std::to_string(i));
  EXPECT_EQ(counting.count_files(), before + 10);
}

TEST_F(SharedFolderTest, IgnoresANeighboursFilesThatComeAndGo) {
  FileCensus counting = census();
  const std::uint64_t before = counting.count_files();
  for (int i = 0; i < 10; ++i) touch("scratch.AbCdE" + std::to_string(i));
  counting.count_files();
  fs::remove(folder_ / "scratch.AbCdE3");
  EXPECT_EQ(counting.count_files(), before);
  touch("scratch.AbCdE3");
  EXPECT_EQ(counting.count_files(), before);
}

TEST_F(SharedFolderTest, IgnoresWhatToolsLeaveThere) {
  FileCensus counting = census();
  const std::uint64_t before = counting.count_files();
  for (int i = 0; i < 10; ++i) {
    touch("faketime_shm_" + std::to_string(i));
    touch("sem.faketime_sem_" + std::to_string(i));
    touch("watertight.AbCdE" + std::to_string(i));
  }
  EXPECT_EQ(counting.count_files(), before);
}

TEST(NamePattern, HidesWhatMkstempMadeUp) {
  EXPECT_EQ(name_pattern("/tmp/job.a8Xk2Q"), "/tmp/job.??????");
  EXPECT_EQ(name_pattern("/tmp/job-AbCdEf"), "/tmp/job-??????");
}

TEST(NamePattern, HidesNumbers) {
  EXPECT_EQ(name_pattern("/spool/17.msg"), "/spool/#.msg");
  EXPECT_EQ(name_pattern("socket:[4711]"), "socket:[#]");
}

TEST(NamePattern, LeavesOrdinaryNamesAlone) {
  EXPECT_EQ(name_pattern("/var/log/data.log"), "/var/log/data.log");
  EXPECT_EQ(name_pattern("/dev/null"), "/dev/null");
  EXPECT_EQ(name_pattern(""), "");
}

}  // namespace
}  // namespace watertight::probe
