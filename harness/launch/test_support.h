// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "launch/guard.h"
#include "posix/clock.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace watertight::launch::testing {

/// Polls until `claim` holds; false after a time that only a broken machine needs.
inline bool eventually(const std::function<bool()>& claim) {
  const posix::Deadline deadline(std::chrono::seconds(20));
  while (!claim()) {
    if (deadline.has_passed()) return false;
    posix::pause_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// Path of a program of testdata/.
inline std::string program(const std::string& name) {
  return WATERTIGHT_LAUNCH_TESTDATA "/" + name;
}

inline Scenario scenario_of(std::vector<std::string> command) {
  Scenario scenario;
  scenario.command = std::move(command);
  scenario.ready.timeout = std::chrono::seconds(20);
  return scenario;
}

/// A command as the daemon's, without a run folder.
inline Command command_of(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  command.environment = posix::current_environment();
  return command;
}

/// What a guard started. Throws std::runtime_error.
inline posix::ProcessHandle spawned(Guard& guard, const Command& command) {
  auto result = guard.spawn(command);
  if (const auto* failure = std::get_if<SpawnFailure>(&result))
    throw std::runtime_error(failure->message);
  return std::get<posix::ProcessHandle>(std::move(result));
}

/// A time that only a broken machine needs.
inline posix::Deadline soon() { return posix::Deadline(std::chrono::seconds(20)); }

/// A folder for one test, removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "launch_test.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace watertight::launch::testing
