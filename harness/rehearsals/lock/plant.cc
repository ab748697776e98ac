// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/plant.h"

#include "launch/account.h"
#include "posix/file.h"
#include "posix/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

void give_to_user(const fs::path& path, const Scenario& scenario) {
  if (scenario.user.empty() || !launch::may_change_user()) return;
  if (const auto account = launch::find_account(scenario.user)) launch::give_to(*account, path);
}

void throw_if(const std::error_code& error, const char* call, const fs::path& path) {
  if (error) throw HarnessError(call, path.native(), error.value());
}

void make_parents(const fs::path& path, const Scenario& scenario) {
  if (path.empty() || fs::exists(path)) return;
  make_parents(path.parent_path(), scenario);
  std::error_code error;
  fs::create_directory(path, error);
  throw_if(error, "mkdir", path);
  give_to_user(path, scenario);
}

/// Makes something beside the path, then puts it there in one step.
template <typename Make>
void plant(const fs::path& path, const Scenario& scenario, Make make) {
  make_parents(path.parent_path(), scenario);
  const fs::path beside = path.native() + ".planted";
  make(beside);
  give_to_user(beside, scenario);
  std::error_code error;
  fs::rename(beside, path, error);
  throw_if(error, "rename", path);
}

}  // namespace

void plant_file(const fs::path& path, std::string_view text, const Scenario& scenario) {
  plant(path, scenario, [text](const fs::path& beside) { posix::write_file(beside, text); });
}

void plant_link(const fs::path& path, const fs::path& target, const Scenario& scenario) {
  plant(path, scenario, [&target](const fs::path& beside) {
    std::error_code error;
    fs::create_symlink(target, beside, error);
    throw_if(error, "symlink", beside);
  });
}

Bystander::Bystander(const Scenario& scenario) : guard_(launch::Guard::start({})) {
  launch::Command command;
  command.arguments = {"sleep", "1000"};
  command.environment = posix::current_environment();
  command.user = scenario.user;
  auto spawned = guard_.spawn(command);
  if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned)) {
    throw HarnessError("spawn", failure->message, ENOEXEC);
  }
  process_ = std::move(std::get<posix::ProcessHandle>(spawned));
}

std::string Bystander::describe_end() {
  const auto exit = guard_.wait_for_exit(pid(), posix::Deadline(std::chrono::seconds(1)));
  return fmt::format("pid {} (sleep) {}", pid(), exit ? exit->describe() : "ended");
}

}  // namespace watertight::rehearsals
