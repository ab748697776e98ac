// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/daemon.h"
#include "posix/process.h"
#include "rehearsals/check.h"

#include <filesystem>
#include <set>
#include <string>
#include <variant>

namespace watertight::rehearsals {

using Records = std::set<std::string>;

/// The scenario's `write` command, running beside an instance: what the daemon has acknowledged.
class Writer {
 public:
  /// Throws HarnessError. Its files lie in the folder of the run, under this number.
  Writer(launch::Daemon& daemon, int number);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// Waits until so many records are acknowledged; false where it ended before, or at the deadline.
  bool wait_until_acknowledged(std::size_t count, const posix::Deadline& deadline) const;

  /// Gives it a moment to end by itself, as its daemon has gone, and ends it.
  void end();

  Records acknowledged() const;    ///< Whole lines.
  std::string complaints() const;  ///< The last lines of its standard error.

 private:
  const std::filesystem::path numbers_, errors_;
  std::optional<posix::ProcessHandle> process_;
};

/// What the scenario's `verify` command finds at an instance; or why it failed.
std::variant<Records, std::string> read_records(launch::Daemon& daemon, int number,
                                                const Interrupted& interrupted);

/// Of `acknowledged`, what is not among `found`: "3 of 812 records (id 810, 811, 812)"; empty where
/// nothing is lost.
std::string describe_loss(const Records& acknowledged, const Records& found);

}  // namespace watertight::rehearsals
