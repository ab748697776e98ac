// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/guard.h"
#include "rehearsals/lock/pid_file.h"

#include <watertight/scenario.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace watertight::rehearsals {

/// Makes a file of the daemon's user, with the folders on the way to it, and moves it over what the
/// path names. Throws HarnessError.
void plant_file(const std::filesystem::path& path, std::string_view text, const Scenario& scenario);

/// The same with a symbolic link. Throws HarnessError.
void plant_link(const std::filesystem::path& path, const std::filesystem::path& target,
                const Scenario& scenario);

/// A process that has nothing to do with the daemon, of the same user: who gets a signal that was
/// meant for the daemon. It ends with its guard.
class Bystander {
 public:
  /// Throws HarnessError.
  explicit Bystander(const Scenario& scenario);
  pid_t pid() const { return process_->pid(); }
  bool is_alive() const { return !process_->has_ended(); }
  /// How it ended; a sentence that names the pid.
  std::string describe_end();

 private:
  launch::Guard guard_;
  std::optional<posix::ProcessHandle> process_;
};

}  // namespace watertight::rehearsals
