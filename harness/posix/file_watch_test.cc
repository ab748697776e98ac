// SPDX-License-Identifier: Apache-2.0
#include "posix/file_watch.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <gtest/gtest.h>

#include <unistd.h>

namespace watertight::posix {
namespace {

TEST(OpenWatch, NoticesEachTimeThatAFileIsOpened) {
  const std::filesystem::path path =
      testing::TempDir() + "open_watch." + std::to_string(::getpid());
  write_file(path, "text");
  OpenWatch watch(path);
  EXPECT_FALSE(watch.was_opened());
  read_file(path);
  EXPECT_TRUE(watch.was_opened());
  EXPECT_FALSE(watch.was_opened());
  std::filesystem::remove(path);
  EXPECT_THROW(OpenWatch{path}, HarnessError);
}

}  // namespace
}  // namespace watertight::posix
