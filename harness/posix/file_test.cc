// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"

#include "posix/open_directory.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace watertight::posix {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "watertight-XXXXXX").native();
    folder_ = mkdtemp(name.data());
  }
  ~Files() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

template <typename Call>
int errno_of(Call&& call) {
  try {
    call();
  } catch (const HarnessError& error) {
    return error.errno_value();
  }
  return 0;
}

TEST_F(Files, AreReadAsTheyWereWritten) {
  std::string text(100'000, 'x');
  text += std::string("\0\n", 2);
  write_file(folder_ / "f", text);
  EXPECT_EQ(read_file(folder_ / "f"), text);
}

TEST_F(Files, AreReplacedWhole) {
  write_file(folder_ / "f", "a long text");
  write_file(folder_ / "f", "short");
  EXPECT_EQ(read_file(folder_ / "f"), "short");
}

TEST_F(Files, AreCreatedWithTheModeAskedFor) {
  write_file(folder_ / "f", "", 0600);
  EXPECT_EQ(stat_if_there(folder_ / "f")->st_mode & 0777, 0600U);
}

TEST_F(Files, ThatAreGoneAreAbsentNotAnError) {
  EXPECT_EQ(read_file(folder_ / "none"), std::nullopt);
  EXPECT_FALSE(open_if_there(folder_ / "none" / "deeper", O_RDONLY));
  EXPECT_FALSE(stat_if_there(folder_ / "none"));
  write_file(folder_ / "file", "");
  EXPECT_EQ(read_file(folder_ / "file" / "deeper"), std::nullopt);  // ENOTDIR
}

TEST_F(Files, ThatCannotBeReadAreAnErrorThatNamesThem) {
  EXPECT_EQ(errno_of([&] { read_file(folder_); }), EISDIR);
  EXPECT_EQ(errno_of([&] { open_file(folder_ / "none", O_RDONLY); }), ENOENT);
  try {
    open_file(folder_ / "none", O_RDONLY);
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), StartsWith("open " + (folder_ / "none").native() + ": "));
  }
}

TEST_F(Files, AreNeverInheritedByAProgram) {
  const UniqueFd file = open_file(folder_ / "f", O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(fcntl(file.get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(Files, AreRereadFromTheirStartIntoTheSameMemory) {
  write_file(folder_ / "f", std::string(10'000, 'a'));
  const UniqueFd file = open_file(folder_ / "f", O_RDONLY);
  std::string buffer;
  EXPECT_EQ(reread(file, buffer), std::string(10'000, 'a'));
  const char* const memory = buffer.data();
  write_file(folder_ / "f", "now short");
  EXPECT_EQ(reread(file, buffer), "now short");
  EXPECT_EQ(buffer.data(), memory);
}

TEST_F(Files, GiveTheirLastLines) {
  write_file(folder_ / "f", "one\ntwo\nthree\n");
  EXPECT_EQ(read_tail(folder_ / "f", 2), "two\nthree\n");
  EXPECT_EQ(read_tail(folder_ / "f", 3), "one\ntwo\nthree\n");
  EXPECT_EQ(read_tail(folder_ / "f", 99), "one\ntwo\nthree\n");
  EXPECT_EQ(read_tail(folder_ / "f", 0), "");
  EXPECT_EQ(read_tail(folder_ / "none", 5), "");
}

TEST_F(Files, GiveALastLineThatIsNotFinished) {
  write_file(folder_ / "f", "one\n\ntwo");
  EXPECT_EQ(read_tail(folder_ / "f", 1), "two");
  EXPECT_EQ(read_tail(folder_ / "f", 2), "\ntwo");
  write_file(folder_ / "f", "\n");
  EXPECT_EQ(read_tail(folder_ / "f", 1), "\n");
  EXPECT_EQ(read_tail(folder_ / "f", 0), "");
  write_file(folder_ / "f", "");
  EXPECT_EQ(read_tail(folder_ / "f", 1), "");
}

TEST_F(Files, GiveNoMoreThanTheEndOfAFlood) {
  std::string flood(200'000, 'x');
  flood += "\nend\n";
  write_file(folder_ / "f", flood);
  EXPECT_EQ(read_tail(folder_ / "f", 1), "end\n");
  EXPECT_EQ(read_tail(folder_ / "f", 2).size(), 64U * 1024);
}

TEST_F(Files, AreListedByName) {
  const auto open = OpenDirectory::open(folder_);
  EXPECT_THAT(open->names(), IsEmpty());
  write_file(folder_ / "a", "text of a");
  std::filesystem::create_symlink("elsewhere", folder_ / "b");
  EXPECT_THAT(open->names(), UnorderedElementsAre("a", "b"));
  EXPECT_EQ(open->read_file("a"), "text of a");
  EXPECT_EQ(open->read_link("b"), "elsewhere");
  EXPECT_FALSE(open->stat_of("b"));  // leads nowhere
  EXPECT_EQ(open->stat_of("a")->st_size, 9);
  EXPECT_EQ(open->read_file("c"), std::nullopt);
}

TEST_F(Files, AreListedWholeWhereTheyAreMany) {
  for (int i = 0; i < 1500; ++i) write_file(folder_ / std::to_string(i), "");
  EXPECT_EQ(OpenDirectory::open(folder_)->names().size(), 1500U);
  EXPECT_FALSE(OpenDirectory::open(folder_ / "0"));  // no directory
}

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
  UniqueFd first = open_file("/dev/null", O_RDONLY);
  const int number = first.get();
  UniqueFd second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.get(), number);
  second = open_file("/dev/null", O_RDONLY);
  EXPECT_NE(second.get(), number);
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
  const int released = second.release();
  second.reset();
  EXPECT_EQ(fcntl(released, F_GETFD), FD_CLOEXEC);
  UniqueFd{released}.reset();
}

}  // namespace
}  // namespace watertight::posix
