// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/shutdown/records.h"

#include "posix/file.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <vector>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostToEnd = 500ms;
constexpr auto kMostToVerify = 30s;
constexpr auto kBetweenLooks = 2ms;
constexpr std::size_t kNamed = 5;

/// As setup runs: in `{state}`, as the daemon's user. Numbers go to `numbers`, the rest to
/// `errors`.
posix::ProcessHandle run(launch::Daemon& daemon, const std::string& line,
                         const std::filesystem::path& numbers,
                         const std::filesystem::path& errors) {
  posix::write_file(errors, "");
  const posix::UniqueFd complaints = posix::open_file(errors, O_WRONLY | O_APPEND);
  launch::Command command;
  command.arguments = {"/bin/sh", "-c", line};
  command.environment = posix::current_environment();
  for (const auto& [name, value] : daemon.scenario().environment)
    command.environment.insert_or_assign(name, value);
  command.working_directory = daemon.folder().state();
  command.user = daemon.scenario().user;
  command.output = numbers;
  command.descriptors = {{2, complaints.get()}};
  auto spawned = daemon.workbench().spawn(command);
  if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned))
    throw HarnessError("run a command of the scenario", failure->message, 0);
  return std::get<posix::ProcessHandle>(std::move(spawned));
}

/// A line that was cut short was not printed.
Records whole_lines_of(const std::filesystem::path& file) {
  Records records;
  const std::string text = posix::read_file(file).value_or("");
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) records.insert(line);
  return records;
}

std::filesystem::path file_of(const launch::Daemon& daemon, std::string_view what, int number) {
  return daemon.folder().root() / fmt::format("{}.{}", what, number);
}

/// Numbers in their order, names in theirs.
bool comes_before(const std::string& one, const std::string& other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

}  // namespace

Writer::Writer(launch::Daemon& daemon, int number)
    : numbers_(file_of(daemon, "acknowledged", number)),
      errors_(file_of(daemon, "writer", number)),
      process_(run(daemon, daemon.scenario().write, numbers_, errors_)) {}

Writer::~Writer() { end(); }

bool Writer::wait_until_acknowledged(std::size_t count, const posix::Deadline& deadline) const {
  for (;;) {
    const bool has_ended = process_->has_ended();
    if (acknowledged().size() >= count) return true;
    if (has_ended || deadline.has_passed()) return false;
    posix::pause_for(kBetweenLooks);
  }
}

void Writer::end() {
  if (!process_->wait_until_ended(posix::Deadline(kMostToEnd))) process_->signal(SIGKILL);
  process_->wait_until_ended(posix::Deadline(kMostToEnd));
}

Records Writer::acknowledged() const { return whole_lines_of(numbers_); }

std::string Writer::complaints() const { return posix::read_tail(errors_, 3); }

std::variant<Records, std::string> read_records(launch::Daemon& daemon, int number,
                                                const Interrupted& interrupted) {
  const auto found = file_of(daemon, "found", number);
  const auto errors = file_of(daemon, "verify", number);
  const auto process = run(daemon, daemon.scenario().verify, found, errors);
  for (const posix::Deadline deadline(kMostToVerify);;) {
    const auto status =
        daemon.workbench().wait_for_exit(process.pid(), posix::Deadline(kBetweenLooks));
    if (status && status->is_success()) return whole_lines_of(found);
    if (status)
      return fmt::format("`verify` {}: {}", status->describe(), posix::read_tail(errors, 3));
    if (!deadline.has_passed() && !(interrupted && interrupted())) continue;
    process.signal(SIGKILL);
    return fmt::format("`verify` does not end within {} s", kMostToVerify.count());
  }
}

std::string describe_loss(const Records& acknowledged, const Records& found) {
  std::vector<std::string> lost;
  std::ranges::set_difference(acknowledged, found, std::back_inserter(lost));
  if (lost.empty()) return "";
  std::ranges::sort(lost, comes_before);
  const std::size_t count = lost.size();
  std::string names =
      fmt::format("{}", fmt::join(lost.begin(), lost.begin() + std::min(count, kNamed), ", "));
  if (count > kNamed) names += " … " + lost.back();
  return fmt::format("{} of {} acknowledged records ({})", count, acknowledged.size(), names);
}

}  // namespace watertight::rehearsals
