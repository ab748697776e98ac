// SPDX-License-Identifier: Apache-2.0
#include "scenario/file.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

namespace watertight::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// A scenario file that lives as long as the test.
class ScenarioFile {
 public:
  explicit ScenarioFile(std::string_view text)
      : path_(std::filesystem::path(testing::TempDir()) /
              ("watertight_file_test_" + std::to_string(getpid()) + ".toml")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ScenarioFile() { std::filesystem::remove(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Scenario read(std::string_view text) { return read_scenario_file(ScenarioFile(text).path()); }

/// The complaint about the text, without the name of the file: "LINE:COLUMN: …".
std::string complaint(std::string_view text) {
  const ScenarioFile file(text);
  try {
    read_scenario_file(file.path());
  } catch (const ScenarioError& error) {
    const std::string what = error.what();
    EXPECT_THAT(what, StartsWith(file.path().string() + ":"));
    return what.substr(file.path().string().size() + 1);
  }
  ADD_FAILURE() << "accepted:\n" << text;
  return {};
}

TEST(ScenarioFile, HoldsEveryKey) {
  const Scenario scenario = read(R"(
name = "web"
command = ["./server", "--port", "{port}"]
user = "nobody"
working_directory = "{state}"
pid_file = "{state}/d.pid"
window = "docker"
ready = "tcp:127.0.0.1:{port}"
ready_timeout = "3s"
ops = "64k"
time = 30
concurrency = 8
rate = 250.5
warp = 60
descriptor_limit = 1024
strict = true
fail_fast = true
only = ["growth.*", "shutdown.idle"]
skip = "growth.rss"
known = ["growth.fds"]
tolerate = ["fds=0", "rss=1B/op"]
setup = ["mkdir {state}/db"]
teardown = "true"
write = "store"
verify = "list"

[environment]
LANG = "C"
CONFIG = "{state}/d.conf"

[[stress]]
spec = "tcp:127.0.0.1:{port}"
send = ["GET /\r\n", "\u0000\\n"]
expect = "^200"
manners = ["polite", "reset"]

[[stress]]
spec = "http://127.0.0.1:{port}/"
keep_alive = true

[[stress]]
spec = "exec:bench {port}"
ops_per_run = 100

[[file]]
path = "{state}/d.conf"
text = """
listen {port}
"""
configuration = true
)");
  EXPECT_EQ(scenario.name, "web");
  EXPECT_THAT(scenario.command, ElementsAre("./server", "--port", "{port}"));
  EXPECT_EQ(scenario.user, "nobody");
  EXPECT_EQ(scenario.working_directory, "{state}");
  EXPECT_EQ(scenario.pid_file, "{state}/d.pid");
  EXPECT_EQ(scenario.window.profile, "docker");
  EXPECT_EQ(scenario.window.length, 10s);
  EXPECT_EQ(scenario.ready.kind, Ready::Kind::kTcp);
  EXPECT_EQ(scenario.ready.timeout, 3s);
  EXPECT_EQ(scenario.budget.operations, 64'000u);
  EXPECT_EQ(scenario.budget.time, 30s);
  EXPECT_EQ(scenario.concurrency, 8u);
  EXPECT_EQ(scenario.operations_per_second, 250.5);
  EXPECT_EQ(scenario.warp, 60);
  EXPECT_EQ(scenario.descriptor_limit, 1024u);
  EXPECT_TRUE(scenario.is_strict);
  EXPECT_TRUE(scenario.fails_fast);
  EXPECT_THAT(scenario.only, ElementsAre("growth.*", "shutdown.idle"));
  EXPECT_THAT(scenario.skip, ElementsAre("growth.rss"));
  EXPECT_THAT(scenario.known, ElementsAre("growth.fds"));
  ASSERT_EQ(scenario.tolerate.size(), 2u);
  EXPECT_EQ(scenario.tolerate[1].resource, "rss");
  EXPECT_EQ(scenario.tolerate[1].per_operation, 1);
  EXPECT_THAT(scenario.setup, ElementsAre("mkdir {state}/db"));
  EXPECT_THAT(scenario.teardown, ElementsAre("true"));
  EXPECT_EQ(scenario.write, "store");
  EXPECT_EQ(scenario.verify, "list");
  EXPECT_THAT(scenario.environment,
              UnorderedElementsAre(Pair("LANG", "C"), Pair("CONFIG", "{state}/d.conf")));
  ASSERT_EQ(scenario.files.size(), 1u);
  EXPECT_EQ(scenario.files[0].path, "{state}/d.conf");
  EXPECT_EQ(scenario.files[0].text, "listen {port}\n");
  EXPECT_TRUE(scenario.files[0].is_configuration);

  ASSERT_EQ(scenario.stress.size(), 3u);
  const Stress& tcp = scenario.stress[0];
  EXPECT_EQ(tcp.kind, Stress::Kind::kTcp);
  EXPECT_THAT(tcp.send, ElementsAre("GET /\r\n", std::string("\0\\n", 3)));
  EXPECT_EQ(tcp.expect, "^200");
  EXPECT_THAT(tcp.manners, ElementsAre(Manner::kPolite, Manner::kReset));
  EXPECT_TRUE(scenario.stress[1].keep_alive);
  EXPECT_EQ(scenario.stress[2].operations_per_run, 100u);
}

TEST(ScenarioFile, TakesShortForms) {
  const Scenario scenario = read(R"(
command = ["./d"]
stress = "signal:HUP"
window = 2.5
ops = 4096
)");
  ASSERT_EQ(scenario.stress.size(), 1u);
  EXPECT_EQ(scenario.stress[0].target, "HUP");
  EXPECT_EQ(scenario.window.profile, "");
  EXPECT_EQ(scenario.window.length, 2500ms);
  EXPECT_EQ(scenario.budget.operations, 4096u);
  EXPECT_EQ(read(R"(stress = ["idle", { spec = "signal:HUP" }])").stress.size(), 2u);
}

TEST(ScenarioFile, KeepsDefaultsWhereItSaysNothing) {
  const Scenario scenario = read("");
  EXPECT_EQ(scenario.concurrency, Scenario{}.concurrency);
  EXPECT_EQ(scenario.window.profile, "tlpi");
  EXPECT_EQ(scenario.ready.timeout, 10s);
  EXPECT_TRUE(scenario.command.empty());
}

TEST(ScenarioFile, KeepsTheReadyTimeoutWhicheverKeyComesFirst) {
  EXPECT_EQ(read("ready_timeout = '3s'\nready = 'notify'\n").ready.timeout, 3s);
  EXPECT_EQ(read("ready = 'notify'\nready_timeout = '3s'\n").ready.timeout, 3s);
}

TEST(ScenarioFile, NamesThePlaceOfAMistakeAndWhatIsRight) {
  struct Case {
    std::string_view text;
    std::string_view complaint;  ///< How it starts.
  };
  const Case cases[] = {
      // Unknown keys.
      {"command = ['d']\nstrees = 'idle'\n", "2:1: unknown key `strees`; did you mean `stress`?"},
      {"  pidfile = 'x'", "1:3: unknown key `pidfile`; did you mean `pid_file`?"},
      {"[[stress]]\nspec = 'idle'\nsedn = 'x'\n", "3:1: unknown key `sedn`; did you mean `send`?"},
      {"[[file]]\npath = 'a'\ntext = 'b'\nmode = 1\n",
       "4:1: unknown key `mode`; known are: configuration, path, text"},
      {"xyzzy = 1", "1:1: unknown key `xyzzy`; known are: alpha, baseline, bisect, blame,"},
      // Wrong types.
      {"command = './d --port 1'", "1:11: `command`: must be an array, not a string"},
      {"command = ['d', 80]", "1:17: `command`: must be a string, not an integer"},
      {"name = true", "1:8: `name`: must be a string, not a boolean"},
      {"strict = 'yes'", "1:10: `strict`: must be true or false, not a string"},
      {"ops = [1]", "1:7: `ops`: must be a number or a string, not an array"},
      {"rate = '5 parsecs'", "1:8: `rate`: `5 parsecs`: a rate is in operations a second"},
      {"time = 1979-05-27", "1:8: `time`: must be a number or a string, not a date or time"},
      {"only = 3", "1:8: `only`: must be a string or an array of strings, not an integer"},
      {"environment = 'A=b'", "1:15: `environment`: must be a table, not a string"},
      {"[environment]\nPORT = 80", "2:8: `PORT`: must be a string, not an integer"},
      {"[stress]\nspeed = 'idle'", "1:1: `stress`: needs the key `spec`"},
      {"file = 'x'", "1:8: `file`: must be an array, not a string"},
      {"[file]\npath = 'x'\n", "1:1: `file`: must be an array, not a table"},
      // Bad values.
      {"ready = 'tpc:h:1'",
       "1:9: `ready`: `tpc:h:1` is not a readiness spec; did you mean `tcp:HOST:PORT`?"},
      {"window = 'dokcer'",
       "1:10: `window`: `dokcer` is neither a stop profile nor a duration; did you mean `docker`?"},
      {"time = '5 parsecs'", "1:8: `time`: `5 parsecs`: unknown unit"},
      {"ops = -1", "1:7: `ops`: `-1` is not a number"},
      {"ops = 1.5", "1:7: `ops`: "},
      {"concurrency = 5000000000", "1:15: `concurrency`: is too high"},
      {"tolerate = ['fds=0',\n 'rsss=1']",
       "2:2: `tolerate`: unknown resource `rsss`; did you mean `rss`?"},
      {"stress = 'tcp:80'", "1:10: `stress`: `80`: the port is missing"},
      {"[[stress]]\nspec = 'tcp:h:1'\nmanners = ['polite', 'rude']",
       "3:22: `manners`: unknown manner `rude`; known are: polite,"},
      {"[[stress]]\nspec = 'idle'\n[[stress]]\nsend = 'x'", "3:1: `stress`: needs the key `spec`"},
      {"[[stress]]\nspec = 'idle'\nsend = 'x'",
       "1:1: `stress`: `send` is for tcp, unix and udp stress"},
      {"[[stress]]\nspec = 'tcp:h:1'\nexpect = '('",
       "1:1: `stress`: `(` is not a regular expression"},
      {"[[file]]\npath = 'a'\n", "1:1: `file`: needs the key `text`"},
      // No TOML at all.
      {"name = \"x", "1:10: "},
      {"name = 'a'\nname = 'b'", "2:"},
      {"= 3", "1:1: "},
  };
  for (const Case& c : cases)
    EXPECT_THAT(complaint(c.text), StartsWith(std::string(c.complaint))) << c.text;
}

TEST(ScenarioFile, SaysWhyItCannotBeRead) {
  const auto what = [](const std::filesystem::path& path) -> std::string {
    try {
      read_scenario_file(path);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "no complaint";
  };
  EXPECT_THAT(what("/no/such.toml"),
              StartsWith("/no/such.toml: the scenario file cannot be read: No such"));
  EXPECT_THAT(what("/"), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace watertight::scenario
