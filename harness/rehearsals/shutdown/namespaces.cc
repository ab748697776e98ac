// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/namespaces.h"

#include "launch/account.h"
#include "launch/guard.h"
#include "posix/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace watertight::rehearsals {
namespace {

constexpr std::chrono::seconds kMostToTry{5};

}  // namespace

std::vector<std::string> unshare(const Scenario& scenario,
                                 const std::vector<std::string>& options) {
  std::vector<std::string> words = {"/usr/bin/unshare"};
  if (!scenario.user.empty() || !launch::may_change_user())
    words.insert(words.end(), {"--user", "--map-current-user"});
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

std::string why_not_through(const Scenario& scenario, std::vector<std::string> words) {
  launch::Guard guard = launch::Guard::start({});
  launch::Command command;
  command.arguments = std::move(words);
  command.arguments.emplace_back("/bin/true");
  command.environment = posix::current_environment();
  command.user = scenario.user;
  const auto spawned = guard.spawn(command);
  if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned)) return failure->message;
  const pid_t pid = std::get<posix::ProcessHandle>(spawned).pid();
  const auto status = guard.wait_for_exit(pid, posix::Deadline(kMostToTry));
  if (status && status->is_success()) return "";
  return fmt::format("unshare(1) {}: namespaces are not allowed here",
                     status ? status->describe() : "does not end");
}

bool is_chosen_by_name(const Scenario& scenario, std::string_view id) {
  return std::ranges::find(scenario.only, id) != scenario.only.end();
}

}  // namespace watertight::rehearsals
