// SPDX-License-Identifier: Apache-2.0
#include "blame/symbols.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace watertight::blame {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const fs::path kPrograms = WATERTIGHT_BLAME_TESTDATA;
const fs::path kSources = WATERTIGHT_BLAME_SOURCES;

/// What a program of testdata/ printed.
struct Shown {
  AddressSpace space;
  std::vector<std::uint64_t> stack;
};

Shown run(const std::string& command) {
  std::unique_ptr<FILE, decltype(&::pclose)> pipe(::popen(command.c_str(), "r"), &::pclose);
  if (!pipe) throw std::runtime_error(command);
  std::string text;
  std::array<char, 4096> buffer;
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), count);

  Shown shown;
  std::string maps;
  const auto end_of_maps = [&] {
    if (!maps.empty()) shown.space.add(proc::parse_maps(maps));
    maps.clear();
  };
  std::istringstream lines(text);
  bool is_stack = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "maps" || line == "stack") {
      end_of_maps();
      is_stack = line == "stack";
    } else if (is_stack) {
      shown.stack.push_back(std::stoull(line, nullptr, 16));
    } else {
      maps += line + "\n";
    }
  }
  end_of_maps();
  return shown;
}

/// The line of a source of testdata/ that ends with this remark.
int line_of(const std::string& source, const std::string& remark) {
  std::ifstream file(kSources / source);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.ends_with("// " + remark)) return number;
  }
  ADD_FAILURE() << source << " has no line // " << remark;
  return 0;
}

auto is_frame(const std::string& function, const std::string& source) {
  const std::string leaf = function.substr(function.rfind(':') + 1);
  return AllOf(Field("function", &Frame::function, function),
               Field("file", &Frame::file, EndsWith(source)),
               Field("line", &Frame::line, line_of(source, "in " + leaf)));
}

std::vector<Frame> stack_of(const std::string& program, Symbols symbols = Symbols()) {
  const Shown shown = run(kPrograms / program);
  EXPECT_GE(shown.stack.size(), 3u);
  return symbols.resolve(shown.space, shown.stack);
}

void expect_all_levels(const std::vector<Frame>& stack) {
  ASSERT_GE(stack.size(), 4u);
  EXPECT_THAT(stack[0], is_frame("culprit", "shows_its_stack.c"));
  EXPECT_THAT(stack[1], is_frame("inlined", "shows_its_stack.c"));
  EXPECT_THAT(stack[2], is_frame("caller", "shows_its_stack.c"));
  EXPECT_EQ(stack[3].function, "main");
  EXPECT_EQ(stack[1].offset, stack[2].offset) << "one place in the code";
}

class Build : public testing::TestWithParam<const char*> {};

TEST_P(Build, TellsEveryLevelInlinedOnesIncluded) {
  const auto stack = stack_of(GetParam());
  expect_all_levels(stack);
  EXPECT_EQ(stack.at(0).module, kPrograms / GetParam());
}

INSTANTIATE_TEST_SUITE_P(Symbols, Build,
                         testing::Values("optimized", "unoptimized", "fixed_address", "stripped"),
                         [](const auto& build) { return std::string(build.param); });

TEST(Symbols, FindsDebugInformationByBuildId) {
  const std::string id = build_id_of(kPrograms / "stripped_bare");
  ASSERT_THAT(id, SizeIs(40));
  const fs::path folder = fs::path(testing::TempDir()) / ("blame_debug." + id);
  fs::create_directories(folder / ".build-id" / id.substr(0, 2));
  fs::copy_file(kPrograms / "stripped_bare.kept",
                folder / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug"),
                fs::copy_options::overwrite_existing);
  expect_all_levels(stack_of("stripped_bare", Symbols({folder})));

  // The program itself has gone, and its build-id is known.
  const Shown shown = run(kPrograms / "stripped_bare");
  CodePlace place = shown.space.find(shown.stack.at(0) - 1).value();
  place.file = "/no/such/file";
  const auto frames = Symbols({folder}).resolve(place, id);
  EXPECT_THAT(frames.at(0), is_frame("culprit", "shows_its_stack.c"));
  fs::remove_all(folder);
}

TEST(Symbols, TellsModuleAndOffsetWhereNothingBetterIsKnown) {
  const auto stack = stack_of("stripped_bare");
  EXPECT_EQ(stack.at(0).function, "");
  EXPECT_EQ(stack.at(0).module, kPrograms / "stripped_bare");
  EXPECT_GT(stack.at(0).offset, 0u);
}

TEST(Symbols, FallsBackOnTheSymbolTable) {
  const auto stack = stack_of("without_debug_information");
  EXPECT_EQ(stack.at(0).function, "culprit");
  EXPECT_EQ(stack.at(0).line, 0);
  EXPECT_EQ(stack.at(1).function, "caller");
}

TEST(Symbols, DemanglesCpp) {
  EXPECT_THAT(stack_of("in_cpp").at(0),
              is_frame("server::Session<int>::on_request", "shows_its_stack_in_cpp.cc"));
}

TEST(Symbols, RemembersALibraryThatWasUnloaded) {
  const fs::path plugin = kPrograms / "plugin.so";
  const Shown shown = run((kPrograms / "unloads_a_plugin").native() + " " + plugin.native());
  const auto stack = Symbols().resolve(shown.space, shown.stack);
  ASSERT_GE(stack.size(), 2u);
  EXPECT_THAT(stack[0], is_frame("work_of_plugin", "plugin.c"));
  EXPECT_EQ(stack[0].module, plugin);
  EXPECT_EQ(stack[1].function, "main");
}

TEST(Symbols, DoesNotUseAnotherBuildOfTheModule) {
  const Shown shown = run(kPrograms / "optimized");
  const CodePlace place = shown.space.find(shown.stack.at(0) - 1).value();
  Symbols symbols;
  EXPECT_THAT(symbols.resolve(place, build_id_of(kPrograms / "optimized")).at(0),
              is_frame("culprit", "shows_its_stack.c"));
  const auto frames = symbols.resolve(place, std::string(40, '0'));
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].function, "");
  EXPECT_EQ(frames[0].offset, place.offset);
}

TEST(Symbols, GivesAnAddressOutsideOfEveryModuleBack) {
  const auto stack = Symbols().resolve(AddressSpace(), {0x1235});
  ASSERT_THAT(stack, SizeIs(1));
  EXPECT_THAT(stack[0].module, IsEmpty());
  EXPECT_EQ(stack[0].offset, 0x1234u);
}

}  // namespace
}  // namespace watertight::blame
