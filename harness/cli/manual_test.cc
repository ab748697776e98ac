// SPDX-License-Identifier: Apache-2.0
// Help, manual pages and the keys of scenario files tell of the same things.

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/test_command.h"
#include "scenario/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace watertight::cli {
namespace {

using Names = std::set<std::string>;
using testing::StartsWith;

/// A manual page without its escapes: `\-` is a hyphen, `\fB` is bold.
std::string page(const std::string& name) {
  const std::string text = posix::read_file(WATERTIGHT_CLI_SOURCES "/man/" + name).value_or("");
  return std::regex_replace(std::regex_replace(text, std::regex(R"(\\f[BIR])"), ""),
                            std::regex(R"(\\-)"), "-");
}

/// From the heading `.SS name` to the next heading.
std::string section(const std::string& page, const std::string& name) {
  const std::size_t start = page.find("\n.SS " + name + "\n");
  if (start == std::string::npos) return "";
  return page.substr(start, page.find("\n.S", start + 1) - start);
}

Names found_in(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  Names names;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    names.insert(match->str(1));
  return names;
}

Names options_in(const std::string& text) {
  return found_in(text, "(?:^|[^-a-z])(--[a-z][a-z-]*[a-z])");
}

std::string help_of(const std::string& command) {
  const Folder folder;
  CommandRun help(folder, {command, "--help"});
  EXPECT_EQ(help.wait(), 0) << command;
  return help.out();
}

Names without_help(Names names) {
  names.erase("--help");
  return names;
}

TEST(Help, OfEveryCommandBeginsWithExamplesAndFitsAScreen) {
  Words commands = command_names();
  commands.emplace_back("--help");
  for (const std::string& command : commands) {
    const std::string text = help_of(command);
    EXPECT_THAT(text, testing::AnyOf(StartsWith("Examples:\n"), StartsWith("Example:\n")))
        << command;
    EXPECT_LE(std::ranges::count(text, '\n'), 40) << command;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(Manual, HasTheOptionsOfEachCommandAndNoOther) {
  const std::string manual = page("watertight.1");
  for (const std::string& command : command_names()) {
    const std::string about = section(manual, command);
    EXPECT_FALSE(about.empty()) << command;
    const std::string help = help_of(command);
    const Names in_help = without_help(options_in(help.substr(help.find("\nUsage: "))));
    const Names in_page = without_help(options_in(about));
    EXPECT_EQ(in_help, in_page) << command;
  }
}

TEST(Manual, HasEveryOptionOfTheTable) {
  const Names in_page = options_in(section(page("watertight.1"), "check"));
  const Words table = check_option_names();
  EXPECT_GT(table.size(), 40u);
  for (std::string option : table) {
    option = option.substr(option.find("--"));
    EXPECT_TRUE(in_page.contains(option)) << option;
  }
}

TEST(Manual, HasEveryKeyOfAScenarioAndNoOther) {
  const std::string manual = page("watertight-scenario.5");
  Names keys;
  for (const std::string& key : scenario::scenario_file_keys())
    keys.insert(key.substr(key.find('.') + 1));
  keys.erase("stress"), keys.erase("file"), keys.erase("report"), keys.erase("matrix");
  EXPECT_EQ(found_in(manual, R"(\n\.TP\n([a-z_]+)\n)"), keys);
  for (const char* const table : {"[[stress]]", "[[file]]", "[report]", "[matrix]"})
    EXPECT_NE(manual.find(std::string("\n.SS ") + table), std::string::npos) << table;
}

}  // namespace
}  // namespace watertight::cli
