// SPDX-License-Identifier: Apache-2.0
#include "cli/matrix.h"

#include "scenario/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace watertight::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

/// `check` of a scenario file with this text.
std::vector<ParsedCommandLine> runs_of(std::string_view text, Words options = {}) {
  const std::string path =
      testing::TempDir() + "watertight_cli_matrix_test_" + std::to_string(getpid()) + ".toml";
  std::ofstream(path) << text;
  options.insert(options.begin(), {"check", path});
  try {
    auto runs = parse_runs(options);
    std::filesystem::remove(path);
    return runs;
  } catch (const ScenarioError&) {
    std::filesystem::remove(path);
    throw;
  }
}

std::string complaint(std::string_view text, Words options) {
  try {
    runs_of(text, std::move(options));
  } catch (const ScenarioError& error) {
    return error.what();
  }
  ADD_FAILURE() << "accepted " << text;
  return {};
}

constexpr std::string_view kTwoRuns = "command = ['./d', '{n}']\nmatrix.n = [1, 'a b']\n";

Words names_of(const std::vector<ParsedCommandLine>& runs) {
  Words names;
  for (const auto& run : runs) names.push_back(run.scenario.name);
  return names;
}

Words jsons_of(const std::vector<ParsedCommandLine>& runs) {
  Words files;
  for (const auto& run : runs) files.push_back(run.reports.json);
  return files;
}

TEST(Matrix, GivesEachRunANameAndReportsOfItsOwn) {
  const auto runs = runs_of(kTwoRuns, {"--json", "out/r.json", "--quick"});
  EXPECT_THAT(names_of(runs), ElementsAre("d n=1", "d n=a b"));
  EXPECT_THAT(jsons_of(runs), ElementsAre("out/r.n=1.json", "out/r.n=a,b.json"));
  for (const auto& run : runs) EXPECT_TRUE(run.scenario.is_quick && run.reports.html.empty());
}

TEST(Matrix, LeavesNamesThatDifferAsTheyAre) {
  const auto runs = runs_of(
      "command = ['d']\nname = 'd{n}'\nreport.json = '{n}.json'\n"
      "matrix.n = [1, 2]\n");
  EXPECT_THAT(names_of(runs), ElementsAre("d1", "d2"));
  EXPECT_THAT(jsons_of(runs), ElementsAre("1.json", "2.json"));
}

TEST(Matrix, RefusesReportsThatNobodyCouldTellApart) {
  EXPECT_THAT(complaint(kTwoRuns, {"--json", "-"}), HasSubstr("a matrix has several reports"));
  EXPECT_THAT(complaint("command = ['{n}']\nmatrix.n = ['a/b', 'a+b']\n", {"--html", "r.html"}),
              HasSubstr("two runs of the matrix would write r.n=a_b.html"));
}

TEST(Matrix, IsForCheckAlone) {
  EXPECT_EQ(runs_of(kTwoRuns).size(), 2u);
  std::ofstream("watertight_matrix.toml") << kTwoRuns;
  EXPECT_THROW(parse_command_line({"check", "watertight_matrix.toml"}), ScenarioError);
  std::filesystem::remove("watertight_matrix.toml");
}

TEST(Matrix, EndsAsTheWorstOfItsRuns) {
  const auto of = [](std::vector<int> codes) { return exit_code_of(codes); };
  EXPECT_EQ(of({0, 0}), 0);
  EXPECT_EQ(of({0, 4, 1, 3}), 1);
  EXPECT_EQ(of({0, 124, 3}), 3);
  EXPECT_EQ(of({4, 124}), 124);
  EXPECT_EQ(of({1, 130}), 130);
  EXPECT_EQ(of({143, 2}), 2);
  EXPECT_EQ(of({77, 0}), 0);
  EXPECT_EQ(of({77, 77}), 77);
  EXPECT_EQ(of({4, 77}), 4);
}

TEST(ScenarioFileReport, SaysWhereReportsGoUnlessTheCommandLineDoes) {
  constexpr std::string_view kText =
      "command = ['d']\nbisect = true\n[report]\njson = 'a.json'\nhtml = 'a.html'\nquiet = true\n"
      "color = 'never'\n";
  const auto line = runs_of(kText, {"--json", "b.json"}).at(0);
  EXPECT_EQ(line.reports.json, "b.json");
  EXPECT_EQ(line.reports.html, "a.html");
  EXPECT_EQ(line.reports.color, "never");
  EXPECT_TRUE(line.reports.is_quiet);
  EXPECT_TRUE(line.is_bisect);
}

/// The key of a scenario file for an option of the command.
std::string key_of(const std::string& option) {
  if (option == "--env") return "environment";
  if (option == "--cwd") return "working_directory";
  if (option == "--fd-limit") return "descriptor_limit";
  std::string name = option.substr(2);
  std::ranges::replace(name, '-', '_');
  return name;
}

TEST(ScenarioFileKeys, ThereIsOneForEveryOption) {
  const Words listed = scenario::scenario_file_keys();
  const std::set<std::string> keys(listed.begin(), listed.end());
  for (const std::string& option : check_option_names()) {
    if (option == "--help" || option == "--list") continue;
    const std::string key = key_of(option);
    EXPECT_TRUE(keys.contains(key) || keys.contains("stress." + key) ||
                keys.contains("report." + key))
        << option;
  }
}

}  // namespace
}  // namespace watertight::cli
