// SPDX-License-Identifier: Apache-2.0
// Files that build on others, and the runs that a matrix makes.

#include "scenario/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace watertight::scenario {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// A folder of scenario files, removed with the test.
class ScenarioFolder : public testing::Test {
 protected:
  ScenarioFolder() {
    std::string name = testing::TempDir() + "watertight_matrix_test_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ScenarioFolder() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  std::vector<FileRun> runs(const std::string& name) { return read_runs(folder_ / name); }
  Scenario scenario(const std::string& name) { return read_scenario_file(folder_ / name); }

  std::string complaint(const std::string& name) {
    try {
      runs(name);
    } catch (const ScenarioError& error) {
      std::string what = error.what();
      const std::string folder = folder_.string() + "/";
      for (auto at = what.find(folder); at != std::string::npos; at = what.find(folder))
        what.erase(at, folder.size());
      return what;
    }
    ADD_FAILURE() << "accepted " << name;
    return {};
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(ScenarioFolder, ExtendedFileHoldsWhereTheOtherSaysNothing) {
  write("common/base.toml", R"(
command = ["./d", "--quiet"]
window = "docker"
only = ["growth.*", "lock.*"]
strict = true
stress = ["idle", "signal:HUP"]
[environment]
LANG = "C"
TZ = "UTC"
[report]
json = "r.json"
quiet = true
)");
  write("web.toml", R"(
extends = "common/base.toml"
only = "growth.fds"
stress = "tcp:127.0.0.1:{port}"
strict = false
[environment]
LANG = "de"
[report]
html = "r.html"
quiet = false
)");
  const FileRun run = runs("web.toml").at(0);
  const Scenario& scenario = run.scenario;
  EXPECT_THAT(scenario.command, ElementsAre("./d", "--quiet"));
  EXPECT_EQ(scenario.window.profile, "docker");
  EXPECT_THAT(scenario.only, ElementsAre("growth.fds"));
  EXPECT_FALSE(scenario.is_strict);
  ASSERT_EQ(scenario.stress.size(), 1u);
  EXPECT_EQ(scenario.stress[0].kind, Stress::Kind::kTcp);
  EXPECT_THAT(scenario.environment, UnorderedElementsAre(Pair("LANG", "de"), Pair("TZ", "UTC")));
  EXPECT_THAT(run.report, UnorderedElementsAre(Pair("json", "r.json"), Pair("html", "r.html")));
  EXPECT_EQ(run.values, "");
}

TEST_F(ScenarioFolder, ListsReplaceThoseOfTheExtendedFile) {
  write("base.toml", "tolerate = 'fds=1'\npool = ['rss=1MiB']\n[[file]]\npath = 'a'\ntext = ''\n");
  write("d.toml",
        "extends = 'base.toml'\ntolerate = 'rss=2'\npool = []\n[[file]]\npath = 'b'\ntext = ''\n");
  const Scenario read = scenario("d.toml");
  ASSERT_EQ(read.tolerate.size(), 1u);
  EXPECT_EQ(read.tolerate[0].resource, "rss");
  EXPECT_THAT(read.pools, IsEmpty());
  ASSERT_EQ(read.files.size(), 1u);
  EXPECT_EQ(read.files[0].path, "b");
}

TEST_F(ScenarioFolder, NamesThePlaceOfWhatCannotBeExtended) {
  write("missing.toml", "name = 'x'\nextends = 'no/such.toml'\n");
  EXPECT_THAT(
      complaint("missing.toml"),
      AllOf(StartsWith("missing.toml:2:11: `extends`: no/such.toml"), HasSubstr("No such")));
  write("self.toml", "extends = 'self.toml'\n");
  EXPECT_EQ(complaint("self.toml"), "self.toml:1:11: `extends`: self.toml extends itself");
  write("a.toml", "extends = 'b/b.toml'\n");
  write("b/b.toml", "# A detour.\nextends = '../a.toml'\n");
  EXPECT_EQ(complaint("a.toml"), "b/b.toml:2:11: `extends`: b/../a.toml extends itself");
  write("folder.toml", "extends = 'b'\n");
  EXPECT_THAT(complaint("folder.toml"), HasSubstr("folder.toml:1:11: `extends`: b: is a folder"));
  write("empty.toml", "extends = ''\n");
  EXPECT_EQ(complaint("empty.toml"), "empty.toml:1:11: `extends`: the file is missing");
  write("type.toml", "extends = true\n");
  EXPECT_EQ(complaint("type.toml"), "type.toml:1:11: `extends`: must be a string, not a boolean");
}

TEST_F(ScenarioFolder, NamesTheFileOfAMistakeInWhatIsExtended) {
  write("base.toml", "window = 'dokcer'\n");
  write("d.toml", "extends = 'base.toml'\nwindow = '1s'\n");
  EXPECT_THAT(complaint("d.toml"),
              AllOf(StartsWith("base.toml:1:10: `window`: "), EndsWith("did you mean `docker`?")));
  write("base.toml", "name = 'x");
  EXPECT_THAT(complaint("d.toml"), StartsWith("base.toml:1:"));
}

TEST_F(ScenarioFolder, MatrixMakesARunOfEachCombination) {
  write("d.toml", R"(
command = ["./d", "--workers={workers}", "{{workers}}", "{port}", "{other}"]
ops = "{workers}k"
[[stress]]
spec = "tcp:127.0.0.1:{port}"
send = "cache {cache}\n"
[report]
json = "{workers}.json"
[matrix]
workers = [1, 4]
cache = ["on", "off"]
)");
  const std::vector<FileRun> all = runs("d.toml");
  std::vector<std::string> values;
  for (const FileRun& run : all) values.push_back(run.values);
  EXPECT_THAT(values, ElementsAre("workers=1 cache=on", "workers=1 cache=off", "workers=4 cache=on",
                                  "workers=4 cache=off"));
  const FileRun& last = all.at(3);
  EXPECT_THAT(last.scenario.command,
              ElementsAre("./d", "--workers=4", "{workers}", "{port}", "{other}"));
  EXPECT_EQ(last.scenario.budget.operations, 4000u);
  EXPECT_THAT(last.scenario.stress.at(0).send, ElementsAre("cache off\n"));
  EXPECT_THAT(last.report, UnorderedElementsAre(Pair("json", "4.json")));
  EXPECT_THROW(scenario("d.toml"), ScenarioError);
}

TEST_F(ScenarioFolder, MatrixOfAnExtendedFileMayBeReplaced) {
  write("base.toml", "command = ['d', '{n}', '{mode}']\nmatrix = { n = [1, 2], mode = 'x' }\n");
  write("d.toml", "extends = 'base.toml'\nmatrix.n = 0.5\nname = '{mode}'\n");
  const std::vector<FileRun> all = runs("d.toml");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0].scenario.command, ElementsAre("d", "0.5", "x"));
  EXPECT_EQ(all[0].scenario.name, "x");
}

TEST_F(ScenarioFolder, NamesThePlaceOfAMistakeInAMatrix) {
  struct Case {
    std::string_view text;
    std::string_view complaint;  ///< How it starts.
  };
  const Case cases[] = {
      {"matrix = 3", "1:10: `matrix`: must be a table, not an integer"},
      {"name = '{n}'\n[matrix]\nn = []", "3:5: `n`: has no value: nothing would be run"},
      {"name = '{n}'\n[matrix]\nn = [true]",
       "3:6: `n`: must be a number or a string, not a boolean"},
      {"name = '{n}'\n[matrix]\nn = [1, '1']", "3:9: `n`: `1` is there twice"},
      {"[matrix]\nport2 = [1]", "2:1: `port2`: {port2} has a meaning already"},
      {"[matrix]\nstate = [1]", "2:1: `state`: {state} has a meaning already"},
      {"[matrix]\n'a b' = [1]", "2:1: `a b`: a parameter is a name of letters"},
      {"name = '{wrokers}'\n[matrix]\nworkers = [1]", "3:1: `workers`: no string holds {workers}"},
      {"name = '{{n}}'\n[matrix]\nn = [1]", "3:1: `n`: no string holds {n}"},
      {"window = '{n}'\n[matrix]\nn = ['1s', 'dokcer']", "1:10: `window`: `dokcer` is neither"},
      {"[matrx]\nn = [1]", "1:2: unknown key `matrx`; did you mean `matrix`?"},
      {"[report]\nhmtl = 'x'", "2:1: unknown key `hmtl`; did you mean `html`?"},
      {"[report]\njson = ''", "2:8: `json`: the file is missing"},
      {"[report]\ncolor = 'alwyas'",
       "2:9: `color`: unknown value `alwyas`; did you mean `always`?"},
      {"report = 'x'", "1:10: `report`: must be a table, not a string"},
      {"extend = 'base.toml'", "1:10: `extend`: must be true or false; another file is built on"},
      {"extneds = 'base.toml'", "1:1: unknown key `extneds`; did you mean `extends`?"},
      {"bisect = 1", "1:10: `bisect`: must be true or false, not an integer"},
  };
  for (const Case& c : cases) {
    write("d.toml", c.text);
    EXPECT_THAT(complaint("d.toml"), StartsWith("d.toml:" + std::string(c.complaint))) << c.text;
  }
}

TEST_F(ScenarioFolder, MatrixHasAnEnd) {
  std::string many = "name = '{a}{b}'\n[matrix]\na = [0";
  for (int i = 1; i < 17; ++i) many += "," + std::to_string(i);
  write("d.toml", many + "]\nb = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]\n");
  EXPECT_EQ(complaint("d.toml"), "d.toml:4:1: `b`: the matrix has more than 256 runs");
}

}  // namespace
}  // namespace watertight::scenario
