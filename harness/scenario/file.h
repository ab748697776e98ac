// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <filesystem>

namespace watertight::scenario {

/// Reads a TOML scenario file, whose keys are the options of the command line:
///
///     command = ["./server", "--config", "{state}/server.conf"]   # one string an argument
///     ready = "tcp:127.0.0.1:{port}"
///     pid_file = "{state}/server.pid"
///     window = "docker"
///     tolerate = ["rss=1B/op"]
///     [environment]
///     LANG = "C"
///     [[stress]]
///     spec = "tcp:127.0.0.1:{port}"
///     send = ["PING\r\n"]            # escapes are those of TOML
///     manners = ["polite", "reset"]   # further: expect, keep_alive, ops_per_run
///     [[file]]
///     path = "{state}/server.conf"
///     text = "listen {port}"
///
/// and name, user, working_directory, ready_timeout, ops, time, concurrency, rate, warp,
/// descriptor_limit, only, skip, known, baseline, blame, suppressions, quick, strict, fail_fast,
/// setup, teardown. Relative programs are relative to the current folder of the harness, not to the
/// file.
///
/// Does not validate what depends on several keys: complete_and_validate() does, once the command
/// line has had its say. Throws ScenarioError: "FILE:LINE:COLUMN: unknown key `strees`; did you
/// mean `stress`?".
Scenario read_scenario_file(const std::filesystem::path& path);

/// Fills what depends on other fields (name) and rejects what cannot be run (no command, a
/// tolerance for an unknown resource, …). Throws ScenarioError.
void complete_and_validate(Scenario& scenario);

}  // namespace watertight::scenario
