// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The command, as a test runs it.

#include "posix/clock.h"
#include "posix/file.h"
#include "posix/process.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace watertight::cli {

using Words = std::vector<std::string>;

inline constexpr std::chrono::seconds kCommandPatience{60};

/// A folder of the test's own, removed with what is in it.
class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "watertight_cli_XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The command, started with its output in files of `folder`.
class CommandRun {
 public:
  using Variables = std::map<std::string, std::string>;

  CommandRun(const Folder& folder, Words arguments, std::map<int, int> descriptors = {},
             const Variables& more_environment = {})
      : folder_(folder),
        out_(posix::open_file(folder.file("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600)),
        err_(posix::open_file(folder.file("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600)),
        null_(posix::open_file("/dev/null", O_RDONLY)),
        child_(start(std::move(arguments), std::move(descriptors), more_environment)) {}

  posix::ChildProcess& process() { return child_; }

  /// Exit code, or 128+n as a shell has it. Fails the test where it does not end.
  int wait() {
    const auto status = child_.wait(posix::Deadline(kCommandPatience));
    if (!status) ADD_FAILURE() << "the command does not end; it said: " << err();
    return !status ? -1 : status->was_signalled ? 128 + status->code : status->code;
  }

  std::string out() const { return posix::read_file(folder_.file("out")).value_or(""); }
  std::string err() const { return posix::read_file(folder_.file("err")).value_or(""); }

 private:
  posix::ChildProcess start(Words arguments, std::map<int, int> descriptors,
                            const Variables& more_environment) {
    const std::string program = std::string(WATERTIGHT_BUILD) + "/watertight";
    arguments.insert(arguments.begin(), program);
    descriptors.try_emplace(STDIN_FILENO, null_.get());
    descriptors.try_emplace(STDOUT_FILENO, out_.get());
    descriptors.try_emplace(STDERR_FILENO, err_.get());
    Variables environment = posix::current_environment();
    for (const auto& [name, value] : more_environment) environment[name] = value;
    return posix::ChildProcess::spawn(
        {program, std::move(arguments), std::move(environment), std::move(descriptors)});
  }

  const Folder& folder_;
  posix::UniqueFd out_, err_, null_;
  posix::ChildProcess child_;
};

}  // namespace watertight::cli
