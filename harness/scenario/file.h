// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/scenario.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace watertight::scenario {

/// What a file says of which checks, for those who know all that there are.
struct CheckGlob {
  std::string glob;
  std::string place;  ///< "FILE:LINE:COLUMN: `skip`: "
};

/// One run that a scenario file asks for.
struct FileRun {
  Scenario scenario;
  /// `[report]`: names of options of the command without `--`, with their values.
  std::map<std::string, std::string> report;
  std::vector<CheckGlob> check_globs;  ///< Those of `only`, `skip` and `known`.
  bool is_bisect = false;
  std::string values;  ///< Of the matrix, for people: "cache=on workers=4"; empty without one.
};

/// Reads a TOML scenario file, whose keys are the options of the command line:
///
///     extends = "common.toml"        # whose keys hold where this file has none
///     command = ["./server", "--workers", "{workers}", "--config", "{state}/server.conf"]
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
///     [report]
///     html = "server.html"           # and the other formats, quiet, color
///     [matrix]
///     workers = [1, 4]               # two runs
///
/// `extends` counts from the folder of the file that says it. Of `environment`, `report` and
/// `matrix` a file replaces what it names, of everything else the whole; a file that extends itself
/// is a mistake. Of a `matrix` every combination is a run, the first parameter varies slowest; in
/// any string `{NAME}` is then its value, `{{NAME}}` the literal text. Relative programs are
/// relative to the current folder of the harness, not to the file.
///
/// Gives one run where there is no matrix. Does not validate what depends on several keys:
/// complete_and_validate() does, once the command line has had its say. Throws ScenarioError:
/// "FILE:LINE:COLUMN: unknown key `strees`; did you mean `stress`?".
std::vector<FileRun> read_runs(const std::filesystem::path& path);

/// The scenario of a file that asks for one run. Throws ScenarioError.
Scenario read_scenario_file(const std::filesystem::path& path);

/// Every key: `command`, `matrix`, `stress.spec`, `report.html`. For the schema and the manual.
std::vector<std::string> scenario_file_keys();

/// Fills what depends on other fields (name) and rejects what cannot be run (no command, a
/// tolerance for an unknown resource, …). Throws ScenarioError.
void complete_and_validate(Scenario& scenario);

}  // namespace watertight::scenario
