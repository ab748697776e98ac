// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/notify_socket.h"
#include "posix/clock.h"
#include "posix/process.h"
#include "proc/sockets.h"

#include <watertight/scenario.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watertight::launch {

/// What a sign of readiness may look at, at one moment; the costly parts only when it asks.
struct Glance {
  std::function<const std::vector<pid_t>&()> processes;  ///< Of the daemon, zombies included.
  std::optional<posix::ExitStatus> launcher_exit;        ///< Of the launched process.
  Duration since_launch{};
};

/// One kind of watertight::Ready.
class ReadySign {
 public:
  virtual ~ReadySign() = default;
  /// True once the daemon is ready; asked again and again.
  virtual bool is_shown(const Glance& glance) = 0;
  /// What is waited for, to follow "waited for …".
  virtual std::string describe() const = 0;
};

/// What signs need to know from before the launch.
struct BeforeLaunch {
  std::vector<proc::SocketFact> listeners;  ///< Of the whole machine.
  std::filesystem::path output;             ///< Of the daemon.
  NotifySocket* notify = nullptr;           ///< kNotify.
};

/// For a scenario whose placeholders are replaced. Throws ScenarioError.
std::unique_ptr<ReadySign> make_ready_sign(const Scenario& scenario, const BeforeLaunch& before);

/// The number that a PID file begins with; empty where there is no such file or number.
std::optional<pid_t> read_pid_file(const std::filesystem::path& path);

}  // namespace watertight::launch
