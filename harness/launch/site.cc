// SPDX-License-Identifier: Apache-2.0
#include "launch/site.h"

#include "launch/account.h"
#include "launch/shell.h"
#include "launch/site_state.h"
#include "posix/file.h"
#include "posix/process.h"
#include "scenario/placeholders.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <optional>
#include <system_error>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

constexpr auto kSetupTime = std::chrono::seconds(120);
constexpr auto kTeardownTime = std::chrono::seconds(30);
constexpr std::size_t kTailLines = 20;

std::optional<Account> account_of(const Scenario& scenario) {
  if (scenario.user.empty() || !may_change_user()) return std::nullopt;
  return find_account(scenario.user);
}

void make_parents(const fs::path& path, const std::optional<Account>& account) {
  std::vector<fs::path> missing;
  for (fs::path parent = path.parent_path(); !fs::exists(parent); parent = parent.parent_path()) {
    missing.push_back(parent);
  }
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
    std::error_code error;
    fs::create_directory(*parent, error);
    if (error) throw HarnessError("mkdir", parent->native(), error.value());
    if (account) give_to(*account, *parent);
  }
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::optional<LaunchFailure> run_setup(SiteState& site, const std::function<int()>& interrupted) {
  site.needs_teardown = true;
  for (const std::string& line : site.scenario.setup) {
    const auto trouble =
        run_shell(site.workbench, site.shell_command(), line, kSetupTime, interrupted);
    if (!trouble) continue;
    const bool was_interrupted = interrupted && interrupted() != 0;
    return LaunchFailure{
        was_interrupted ? LaunchFailure::Kind::kInterrupted : LaunchFailure::Kind::kSetupFailed,
        "setup failed: " + *trouble, tail_of(site.folder.output(), kTailLines)};
  }
  return std::nullopt;
}

}  // namespace

SiteState::SiteState(const Scenario& given, const fs::path& path)
    : workbench(Guard::start(path)),
      folder(RunFolder::create(path, given.user)),
      ports(Ports::choose(scenario::ports_needed(given))),
      wanted(given),
      scenario(scenario::expand(given, {folder.state(), ports.numbers()})) {}

/// Teardown finds no daemon running, and nothing of it runs when the folder goes.
SiteState::~SiteState() {
  try {
    if (needs_teardown) {
      for (const std::string& line : scenario.teardown) {
        run_shell(workbench, shell_command(), line, kTeardownTime, {});
      }
    }
    workbench.end_all();
  } catch (const std::exception&) {
    // The folder goes in any case, and there is nobody left to tell.
  }
}

Command SiteState::shell_command() const {
  Command command;
  command.environment = environment_of(scenario);
  command.working_directory = folder.state();
  command.user = scenario.user;
  command.output = folder.output();
  return command;
}

void SiteState::write(const std::vector<FileTemplate>& files) const {
  const std::optional<Account> account = account_of(scenario);
  for (const FileTemplate& file : files) {
    const fs::path path = folder.state() / file.path;  // An absolute path stays as it is.
    make_parents(path, account);
    posix::write_file(path, file.text);
    if (account) give_to(*account, path);
  }
}

std::filesystem::path SiteState::next_output() {
  const fs::path path = fmt::format("{}.{}", folder.output().native(), ++instances);
  posix::write_file(path, "");
  if (const auto account = account_of(scenario)) give_to(*account, path);
  return path;
}

Scenario SiteState::scenario_for(const Ports& own) const {
  Scenario expanded = scenario::expand(wanted, {folder.state(), own.numbers()});
  const std::vector<FileTemplate> all = std::move(expanded.files);
  expanded.files.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].text != scenario.files[i].text) expanded.files.push_back(all[i]);
  }
  for (FileTemplate& file : expanded.files) {
    const std::string shared = file.path;
    file.path += fmt::format(".{}", instances);
    for (std::string& argument : expanded.command) replace_all(argument, shared, file.path);
    for (auto& [name, value] : expanded.environment) replace_all(value, shared, file.path);
    for (FileTemplate& other : expanded.files) replace_all(other.text, shared, file.path);
  }
  return expanded;
}

std::map<std::string, std::string> SiteState::environment_of(const Scenario& expanded) const {
  std::map<std::string, std::string> environment = posix::current_environment();
  environment.insert_or_assign("TMPDIR", folder.state() / "tmp");
  for (const auto& [name, value] : expanded.environment) environment.insert_or_assign(name, value);
  return environment;
}

std::variant<Site, LaunchFailure> Site::prepare(const Scenario& scenario,
                                                const std::function<int()>& interrupted) {
  if (!scenario.user.empty() && may_change_user() && !find_account(scenario.user)) {
    return LaunchFailure{
        LaunchFailure::Kind::kCannotExecute,
        fmt::format("there is no user {} on this machine; see getent passwd", scenario.user),
        {}};
  }
  auto state = std::make_shared<SiteState>(scenario, RunFolder::choose_path());
  state->write(state->scenario.files);
  if (auto failure = run_setup(*state, interrupted)) return *failure;
  return Site(std::move(state), interrupted);
}

const RunFolder& Site::folder() const { return state_->folder; }
const Scenario& Site::scenario() const { return state_->scenario; }

}  // namespace watertight::launch
