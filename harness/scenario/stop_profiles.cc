// SPDX-License-Identifier: Apache-2.0
#include "scenario/stop_profiles.h"

namespace watertight::scenario {

using std::chrono::milliseconds;
using std::chrono::seconds;
using enum StopProfile::Target;

const std::vector<StopProfile>& stop_profiles() {
  static const std::vector<StopProfile> profiles = {
      {"tlpi", seconds(5), kAll,
       "The Linux Programming Interface, 37.3: init waits usually 5 seconds"},
      {"sysvinit", seconds(3), kAll, "sysvinit src/init.h: WAIT_BETWEEN_SIGNALS 3, since 2.92"},
      {"killall5", seconds(10), kAll, "Debian's sendsigs: up to 10 s; STOP all, TERM each, CONT"},
      {"busybox", seconds(1), kAll, "busybox init.c: run_shutdown_and_kill_processes"},
      {"s6-init", seconds(3), kAll, "s6-linux-init-shutdownd.c: -g, 3 s by default"},
      {"openrc", seconds(5), kMain, "start-stop-daemon(8): the schedule SIGTERM/5"},
      {"runit", seconds(7), kMain, "sv(8): waits 7 s; the force- commands send SIGKILL then"},
      {"upstart", seconds(5), kAll, "init(5) of Upstart: kill timeout, to the process group"},
      {"systemd", seconds(90), kAll, "systemd-system.conf(5): DefaultTimeoutStopSec=90s"},
      {"systemd-shutdown", seconds(90), kAll,
       "systemd src/shutdown/shutdown.c: DefaultTimeoutStopSec; STOP all, TERM each, CONT"},
      {"lsb-rhel", seconds(3), kMain, "killproc of Red Hat's init functions (naemon-core 5d37d59)"},
      {"lsb-suse", seconds(5), kMain, "killproc of SUSE (naemon-core 5d37d59)"},
      {"launchd", seconds(20), kMain, "launchd.plist(5): ExitTimeOut, 20 s by default"},
      {"supervisord", seconds(10), kMain, "supervisor options.py: stopwaitsecs 10"},
      {"pm2", milliseconds(1600), kMain, "pm2 lib/API/schema.json: kill_timeout 1600", "INT"},
      {"docker", seconds(10), kMain, "docker container stop: 10 s on Linux (moby config_linux.go)"},
      {"podman", seconds(10), kMain, "podman-stop(1): the default is 10 seconds"},
      {"kubernetes", seconds(30), kMain,
       "terminationGracePeriodSeconds 30, the preStop hook included"},
      {"nomad", seconds(5), kMain, "Nomad task block: kill_timeout 5s, SIGINT first", "INT"},
      {"ecs", seconds(30), kMain, "AWS StopTask: 30 s between SIGTERM and SIGKILL"},
      {"cloudrun", seconds(10), kMain, "Cloud Run container contract: SIGTERM, 10 s later SIGKILL"},
      {"cloudfoundry", seconds(10), kMain, "Cloud Foundry app shutdown: 10 s after SIGTERM"},
      {"azure-ca", seconds(30), kMain,
       "Azure Container Apps: 30 s (MicrosoftDocs/azure-docs#83863)"},
      {"heroku", seconds(30), kAll, "Heroku dyno shutdown behavior: 30 seconds, to all processes"},
      {"render", seconds(30), kMain, "Render API schema: maxShutdownDelaySeconds 30"},
      {"fly", seconds(5), kMain, "Fly.io, graceful VM exits: kill_timeout, 5 seconds by default",
       "INT"},
      {"lsf", seconds(10), kMain, "LSF: JOB_TERMINATE_INTERVAL between INT, TERM and KILL", "INT"},
      {"gh-actions", milliseconds(2500), kMain,
       "GitHub workflow cancellation reference: 2500 ms after SIGTERM", "INT"},
      {"ctest", seconds(1), kMain, "CMake: TIMEOUT_SIGNAL_GRACE_PERIOD"},
  };
  return profiles;
}

std::vector<std::string_view> profiles_missed_by(Duration time) {
  std::vector<std::string_view> missed;
  for (const StopProfile& profile : stop_profiles()) {
    if (time > profile.window) missed.push_back(profile.name);
  }
  return missed;
}

}  // namespace watertight::scenario
