// SPDX-License-Identifier: Apache-2.0
#include "cli/report_files.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

namespace watertight::cli {
namespace {

std::filesystem::path scratch_file() {
  return testing::TempDir() + "watertight_report_files_test_" + std::to_string(getpid());
}

TEST(RequireWritable, AcceptsAndLeavesNothingBehind) {
  const auto path = scratch_file();
  EXPECT_NO_THROW(require_writable(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_NO_THROW(require_writable(""));
  EXPECT_NO_THROW(require_writable("-"));
  EXPECT_NO_THROW(require_writable("/dev/null"));
  EXPECT_NO_THROW(require_writable("watertight_report_in_this_folder.json"));
}

TEST(RequireWritable, NamesWhatIsInTheWay) {
  const auto complaint = [](const char* path) -> std::string {
    try {
      require_writable(path);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "no complaint";
  };
  EXPECT_THAT(complaint("/"), testing::HasSubstr("it is a folder"));
  EXPECT_THAT(complaint("/no/such/folder/r.json"),
              testing::HasSubstr("/no/such/folder/r.json cannot be written: No such file"));
  EXPECT_THAT(complaint("/dev/null/r.json"), testing::HasSubstr("Not a directory"));
}

TEST(WriteReportFile, ReplacesWhatWasThere) {
  const auto path = scratch_file();
  write_report_file(path, [](std::ostream& out) { out << "a long first report"; });
  write_report_file(path, [](std::ostream& out) { out << "second"; });
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "second");
  std::filesystem::remove(path);
}

TEST(WriteReportFile, ComplainsWhereNotAllArrived) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THROW(write_report_file("/dev/full", [](std::ostream& out) { out << "lost"; }),
               HarnessError);
}

}  // namespace
}  // namespace watertight::cli
