// SPDX-License-Identifier: Apache-2.0
// A matrix is run: one report a run, one exit code of all.

#include "cli/test_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace watertight::cli {
namespace {

using testing::HasSubstr;

TEST(MatrixRun, WritesAReportOfEachRunAndEndsAsTheWorst) {
  const Folder folder;
  std::ofstream(folder.file("m.toml")) << "command = ['" WATERTIGHT_SAMPLE_DAEMONS
                                          "/{daemon}']\nready = 'log:ready'\n"
                                          "only = 'shutdown.status'\nquick = true\n"
                                          "matrix.daemon = ['quick_cleanup', 'exit_status_1']\n";
  CommandRun command(folder, {"check", folder.file("m.toml"), "--json", folder.file("r.json")});
  EXPECT_EQ(command.wait(), 1) << command.out() << command.err();
  const auto report = [&](const std::string& daemon) {
    return posix::read_file(folder.file("r.daemon=" + daemon + ".json")).value_or("");
  };
  EXPECT_THAT(report("quick_cleanup"), HasSubstr("\"exit_code\": 0"));
  EXPECT_THAT(report("exit_status_1"), HasSubstr("\"exit_code\": 1"));
  EXPECT_THAT(command.out(), HasSubstr("\npass           quick_cleanup\n"
                                       "fail           exit_status_1\n"));

  CommandRun first_only(
      folder, {"check", folder.file("m.toml"), "--fail-fast", "--known", "shutdown.status"});
  EXPECT_EQ(first_only.wait(), 1);
  EXPECT_THAT(first_only.out(), HasSubstr("fail           quick_cleanup\n"
                                          "not run        exit_status_1\n"));
}

TEST(MatrixRun, SaysBeforeTheFirstRunWhatCannotBeWritten) {
  const Folder folder;
  std::ofstream(folder.file("m.toml"))
      << "command = ['/bin/sh', '-c', ': > " + folder.file("started") +
             "; exec sleep {n}']\n"
             "matrix.n = [100, 101]\n[report]\njson = 'no/such/{n}.json'\n";
  CommandRun command(folder, {"check", folder.file("m.toml")});
  EXPECT_EQ(command.wait(), 2);
  EXPECT_THAT(command.err(), HasSubstr("no/such/100.json cannot be written"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("started")));
}

TEST(MatrixRun, ExitsWith125WhereItsFileBisects) {
  const Folder folder;
  std::ofstream(folder.file("m.toml")) << "command = ['/no/such/daemon']\nbisect = true\n";
  CommandRun command(folder, {"check", folder.file("m.toml"), "--only", "growth.fds"});
  EXPECT_EQ(command.wait(), 125) << command.err();
}

}  // namespace
}  // namespace watertight::cli
