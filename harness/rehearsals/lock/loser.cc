// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/loser_words.h"

#include "rehearsals/lock/checks.h"
#include "rehearsals/lock/instances.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kSlow = 1s;
constexpr std::size_t kLogLines = 20;

/// Whether `number` stands in the text by itself, not as a part of a longer one.
bool has_number(std::string_view text, std::string_view number) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (auto at = text.find(number); at != std::string_view::npos; at = text.find(number, at + 1)) {
    const std::size_t end = at + number.size();
    if ((at == 0 || !is_digit(text[at - 1])) && (end == text.size() || !is_digit(text[end])))
      return true;
  }
  return false;
}

/// The line that says why; empty where none does.
std::string find_reason(const launch::Daemon& loser, pid_t holder) {
  for (const std::string& line : loser.log_tail(kLogLines))
    if (says_who_runs(line, holder)) return line;
  return "";
}

/// The launcher's word against what became of the daemon.
CheckResult judge_success(const Fate& fate, const std::vector<std::string>& scene) {
  if (fate.until_gone - fate.until_exit > 20ms) {
    return failed(fmt::format("a second instance reports success (exit status 0 after {}), then "
                              "ends all the same",
                              text_of(fate.until_exit)),
                  scene);
  }
  return failed(fmt::format("a second instance gives way with exit status 0 after {}: who started "
                            "it believes that it runs",
                            text_of(fate.until_exit)),
                scene);
}

}  // namespace

bool says_who_runs(std::string_view line, pid_t holder) {
  if (has_number(line, std::to_string(holder))) return true;
  std::string low(line);
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(
      std::initializer_list<const char*>{"running", "lock", "in use", "already", "another", "busy",
                                         "exists", "temporarily unavailable"},
      [&low](const char* word) { return low.find(word) != std::string::npos; });
}

CheckResult lock_loser(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  const auto first = stage.start();
  if (!first) return stage.trouble();
  auto started = start_beside(stage);
  if (auto* none = std::get_if<CheckResult>(&started)) return std::move(*none);
  auto& second = std::get<launch::Daemon>(started);

  const std::filesystem::path path = first->scenario().pid_file;
  const Fate fate = follow(second, path, first->ready_after(), interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  const auto scene = describe_scene({&*first, &second}, path);
  if (!fate.is_gone) {
    return failed(fmt::format("a second instance stays: {} after its start it has not given way",
                              text_of(posix::Clock::now() - second.ready_at())),
                  scene);
  }
  if (!fate.exit || fate.exit->is_success()) return judge_success(fate, scene);
  if (fate.exit->was_signalled) {
    return failed(fmt::format("a second instance was {} after {}", fate.exit->describe(),
                              text_of(fate.until_exit)),
                  scene);
  }
  const std::string reason = find_reason(second, first->main().pid());
  return passed(fmt::format(
      "a second instance {} after {}{}; {}; would have caught exit status 0 and one that stays {}",
      fate.exit->describe(), text_of(fate.until_gone), fate.until_gone > kSlow ? ", slowly" : "",
      reason.empty() ? "its output does not say why" : fmt::format("says \"{}\"", reason),
      text_of(kMostToGiveWay)));
}

}  // namespace watertight::rehearsals
