// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/leftovers.h"

#include "posix/file.h"
#include "posix/pipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LeftoversOf : public ::testing::Test {
 protected:
  LeftoversOf() {
    std::string name = fs::temp_directory_path() / "leftovers_test.XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    state_ = name;
    fs::create_directory(state_ / "tmp");
    posix::write_file(state_ / "server.conf", "listen\n");
  }
  ~LeftoversOf() override {
    std::error_code ignored;
    fs::remove_all(state_, ignored);
  }

  fs::path state_;
};

TEST_F(LeftoversOf, AreWhatWasNotThereAtFirst) {
  const Leftovers leftovers(state_);
  EXPECT_THAT(leftovers.now(), IsEmpty());
  posix::write_file(state_ / "server.conf", "changed\n");
  posix::write_file(state_ / "tmp/upload", "12345");
  posix::make_fifo(state_ / "control");
  std::vector<std::string> texts;
  bool is_temporary = false;
  for (const auto& entry : leftovers.now()) {
    texts.push_back(entry.describe());
    is_temporary |= leftovers.is_in_temporary_folder(entry) && entry.path.filename() == "upload";
    EXPECT_FALSE(leftovers.is_in_temporary_folder(entry) && entry.path.filename() == "control");
  }
  EXPECT_THAT(texts, UnorderedElementsAre("file " + (state_ / "tmp/upload").native() + " (5 bytes)",
                                          "FIFO " + (state_ / "control").native()));
  EXPECT_TRUE(is_temporary);
}

TEST_F(LeftoversOf, AFolderThatIsGoneAreNone) {
  const Leftovers leftovers(state_);
  fs::remove_all(state_);
  EXPECT_THAT(leftovers.now(), IsEmpty());
}

TEST(WithoutNumbers, MakesNamesOfTwoRunsOne) {
  EXPECT_EQ(without_numbers("log.4711.1"), "log.#.#");
  EXPECT_EQ(without_numbers("log.8.99"), "log.#.#");
  EXPECT_EQ(without_numbers("plain"), "plain");
}

}  // namespace
}  // namespace watertight::rehearsals
