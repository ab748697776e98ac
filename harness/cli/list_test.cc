// SPDX-License-Identifier: Apache-2.0
#include "cli/list.h"

#include "cli/test_command.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace watertight::cli {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

json list(const Words& arguments) {
  std::ostringstream out;
  write_list(parse_runs(arguments), out);
  return json::parse(out.str());
}

/// Files of a folder of their own.
struct Scenarios {
  Folder folder;
  std::string add(const std::string& name, const std::string& text) const {
    std::ofstream(folder.file(name)) << text;
    return folder.file(name);
  }
};

TEST(CheckList, HasTheGroupsWithSomethingToLookAt) {
  const json bare = list({"check", "--list", "--", "d"});
  EXPECT_THAT(bare["groups"].get<Words>(), Contains("shutdown"));
  EXPECT_THAT(bare["checks"].get<Words>(), Not(Contains("lock.held"))) << "there is no PID file";
  EXPECT_THAT(bare["checks"].get<Words>(), Contains("growth.fds"));
  EXPECT_THAT(bare["checks"].get<Words>(), Not(Contains("daemon.responsive"))) << "nobody answers";
  EXPECT_FALSE(bare["only"]);
  const json locked = list({"check", "--list", "--pid-file", "{state}/d.pid", "--stress",
                            "tcp:127.0.0.1:{port}", "--send", "x", "--", "d", "{port}"});
  EXPECT_THAT(locked["checks"].get<Words>(), Contains("lock.held"));
  EXPECT_THAT(locked["checks"].get<Words>(), Contains("daemon.responsive"));
}

TEST(CheckList, HasWhatAScenarioGetsFromOthers) {
  const Scenarios scenarios;
  scenarios.add("_base.toml", "command = ['d']\npid_file = '{state}/d.pid'\nonly = ['lock.*']\n");
  const json listed =
      list({"check", "--list", scenarios.add("a.toml", "extends = '_base.toml'\nquick = true\n")});
  EXPECT_THAT(listed["groups"].get<Words>(), ElementsAre("lock"));
  EXPECT_TRUE(listed["only"]);
}

TEST(CheckList, HasWhatAnyRunOfAMatrixHas) {
  const Scenarios scenarios;
  const json listed = list({"check", "--list", scenarios.add("m.toml", R"(
command = ['d']
[matrix]
where = ['127.0.0.1:8080', '127.0.0.1:{port}', '[::1]:9090']
[[stress]]
spec = 'tcp:{where}'
)")});
  EXPECT_THAT(listed["ports"].get<std::vector<int>>(), ElementsAre(8080, 9090)) << listed;
}

TEST(CheckList, HasThePortsThatAreNamedByNumber) {
  const auto ports = [](const Words& specs) {
    Words arguments = {"check", "--list"};
    for (const std::string& spec : specs) arguments.insert(arguments.end(), {"--stress", spec});
    arguments.insert(arguments.end(), {"--ready", "tcp:127.0.0.1:81", "--", "d"});
    return list(arguments)["ports"].get<std::vector<int>>();
  };
  EXPECT_THAT(ports({"http://localhost:82/a:83", "udp:127.0.0.1:84", "tcp:127.0.0.1:81"}),
              ElementsAre(81, 82, 84));
  EXPECT_THAT(ports({"http://localhost/", "unix:/a:85", "exec:echo a:86", "idle"}),
              ElementsAre(81));
}

TEST(CheckList, RefusesWhatARunWould) {
  EXPECT_THROW(list({"check", "--list", "--only", "growth.fd", "--", "d"}), ScenarioError);
  EXPECT_THROW(list({"check", "--list"}), ScenarioError);
}

}  // namespace
}  // namespace watertight::cli
