// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/reload/configuration.h"
#include "rehearsals/stage.h"
#include "rehearsals/start/checks.h"

#include <fmt/format.h>

#include <filesystem>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kState = "{state}/";

/// The file's name from `{state}`; empty where it lies elsewhere.
std::string relative_name_of(const FileTemplate& file) {
  if (file.path.starts_with(kState)) return file.path.substr(kState.size());
  return fs::path(file.path).is_absolute() || file.path.starts_with("{") ? "" : file.path;
}

/// The scenario with the configuration named from `{state}`, where its command is executed; empty
/// where the command does not name it by a path below that.
std::optional<Scenario> with_relative_path(Scenario scenario, const std::string& name) {
  const std::string absolute = std::string(kState) + name;
  bool is_named = false;
  for (std::string& argument : scenario.command) {
    const std::size_t at = argument.find(absolute);
    if (at == std::string::npos) continue;
    argument.replace(at, absolute.size(), "./" + name);
    is_named = true;
  }
  if (!is_named) return std::nullopt;
  const bool is_path = scenario.command.front().find('/') != std::string::npos;
  if (is_path) scenario.command.front() = fs::absolute(scenario.command.front()).native();
  scenario.working_directory = "{state}";
  return scenario;
}

/// What one SIGHUP does to a fresh instance; empty where that does not start.
struct Tried {
  std::optional<Reloaded> reloaded{};
  std::vector<std::string> evidence{};
};

Tried try_reload(const Scenario& scenario, std::size_t file, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return {};
  const fs::path path = path_in(stage.site()->state(), stage.site()->scenario().files[file]);
  Tried tried{.reloaded = reload_once(*daemon, path, interrupted)};
  tried.evidence = tried.reloaded->is_alive ? describe_instance(*daemon) : log_evidence(*daemon);
  return tried;
}

}  // namespace

CheckResult start_relative_paths(const Scenario& scenario, const Interrupted& interrupted) {
  const auto file = find_configuration(scenario);
  if (!file) return not_applicable("needs a [[file]] that the command names: its configuration");
  const std::string name = relative_name_of(scenario.files[*file]);
  const auto relative = name.empty() ? std::nullopt : with_relative_path(scenario, name);
  if (!relative) return not_applicable("its command names no configuration below {state}");

  const auto is_interrupted = [&] { return interrupted && interrupted() != 0; };
  const Tried here = try_reload(*relative, *file, interrupted);
  if (is_interrupted()) return inconclusive("interrupted before there was a result");
  if (!here.reloaded)
    return not_applicable(fmt::format("it does not start with a relative path (./{})", name));
  if (here.reloaded->is_well() && here.reloaded->was_read)
    return passed(
        fmt::format("started with ./{} it finds that again at SIGHUP; would have caught "
                    "one that looks for it in another folder",
                    name));
  const Tried usual = try_reload(scenario, *file, interrupted);
  if (is_interrupted()) return inconclusive("interrupted before there was a result");
  if (!usual.reloaded || !usual.reloaded->is_well() || !usual.reloaded->was_read)
    return not_applicable("it does not read its configuration again at SIGHUP");
  return failed(
      fmt::format(
          "started with ./{} it does not find that again at SIGHUP: {}; with the absolute "
          "path it does",
          name,
          here.reloaded->is_well() ? "it goes on with what it had" : here.reloaded->describe()),
      here.evidence);
}

}  // namespace watertight::rehearsals
