// SPDX-License-Identifier: Apache-2.0
#include "run/instruments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace watertight::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WhyNoAgent : public testing::Test {
 protected:
  ~WhyNoAgent() override { fs::remove(program_); }

  /// A program whose file has these words in it.
  void build_with(const std::string& words) {
    fs::copy_file("/bin/true", program_, fs::copy_options::overwrite_existing);
    std::ofstream(program_, std::ios::app) << words;
    scenario_.command = {program_};
  }

  Scenario scenario_ = [] {
    Scenario scenario;
    scenario.command = {"/bin/true"};
    return scenario;
  }();
  const std::string program_ = testing::TempDir() + "why_no_agent." + std::to_string(::getpid());
};

TEST_F(WhyNoAgent, IsEmptyForAPlainProgram) {
  EXPECT_EQ(why_no_agent(scenario_), "");
  scenario_.blame = BlameMode::kAgent;
  EXPECT_EQ(why_no_agent(scenario_), "");
}

TEST_F(WhyNoAgent, TellsThatNobodyAskedForIt) {
  scenario_.blame = BlameMode::kOff;
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("--blame off"));
  scenario_.blame = BlameMode::kValgrind;
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("another than the agent"));
}

TEST_F(WhyNoAgent, KeepsOutOfValgrind) {
  scenario_.command = {"env", "A=b", "/usr/bin/valgrind", "/bin/true"};
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("--blame valgrind asks it"));
}

TEST_F(WhyNoAgent, KeepsOutOfSanitizers) {
  scenario_.environment["LD_PRELOAD"] = "/usr/lib/libasan.so.8";
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("--blame sanitizer asks it"));
  scenario_.environment.clear();
  build_with("__asan_init");
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("--blame sanitizer asks it"));
}

TEST_F(WhyNoAgent, KeepsOutOfGo) {
  build_with("\xff Go buildinf:");
  EXPECT_THAT(why_no_agent(scenario_), HasSubstr("a Go program"));
}

TEST_F(WhyNoAgent, LetsTheLaunchTellWhatIsWrongWithAProgram) {
  scenario_.command = {"/no/such/program"};
  EXPECT_EQ(why_no_agent(scenario_), "");
}

}  // namespace
}  // namespace watertight::run
