// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer.h"

#include "blame/sanitizer_options.h"
#include "blame/sanitizer_report.h"
#include "launch/program.h"
#include "posix/file.h"
#include "posix/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <set>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kOperations = 1024;
/// A site that left one thing in so many operations grew with them; one that left fewer is of the
/// start.
constexpr std::uint64_t kRarest = 64;
/// LeakSanitizer looks through all memory before the process ends.
constexpr auto kTimeToEnd = 30s;
constexpr const char* kLogName = "sanitizer";
constexpr std::size_t kMostRemarks = 5;

/// Where the sanitizers of a daemon write: our path, or one that the user has set.
std::set<std::filesystem::path> log_paths(const std::map<std::string, std::string>& environment) {
  std::set<std::filesystem::path> paths;
  for (const auto& [name, value] : environment) {
    if (!name.ends_with("SAN_OPTIONS")) continue;
    if (const auto path = find_option(value, "log_path")) paths.insert(*path);
  }
  return paths;
}

/// The reports of these processes: `LOG_PATH.PID`.
SanitizerReport read_reports(const std::set<std::filesystem::path>& paths,
                             const std::vector<pid_t>& processes) {
  SanitizerReport all;
  for (const auto& path : paths) {
    for (const pid_t pid : processes) {
      const auto text = posix::read_file(fmt::format("{}.{}", path.native(), pid));
      SanitizerReport one = parse_sanitizer_report(text.value_or(""));
      std::ranges::move(one.findings, std::back_inserter(all.findings));
      if (!one.could_not_look.empty()) all.could_not_look = one.could_not_look;
    }
  }
  return all;
}

bool belongs_to(const Finding& finding, std::string_view resource) {
  switch (finding.kind) {
    case Finding::Kind::kLeak:
      return resource == "heap" || resource == "rss";
    case Finding::Kind::kThread:
      return resource == "unjoined_threads" || resource == "threads" || resource == "maps";
    default:
      return false;
  }
}

/// Those that left something in proportion to the operations.
std::vector<GrowingSites::Site> frequent(const GrowingSites& sites, std::uint64_t operations) {
  auto all = sites.steady();
  std::erase_if(all, [&](const auto& site) { return site.blocks * kRarest < operations; });
  return all;
}

std::string describe(const GrowingSites::Site& site) {
  return site.finding.kind == Finding::Kind::kThread ? "threads, not joined"
                                                     : describe_blocks(site);
}

std::string describe_error(const Finding& finding) {
  const auto stack = from_the_culprit(finding.stack);
  if (stack.empty()) return finding.what;
  return fmt::format("the sanitizer also saw: {} at {} ({}:{})", finding.what, stack[0].function,
                     stack[0].file, stack[0].line);
}

}  // namespace

// Its entry point is a symbol of the program in both cases, and its name stands in the file.
bool is_sanitized(std::string_view program) {
  constexpr std::array<std::string_view, 4> kEntries = {"__asan_init", "__lsan_init", "__tsan_init",
                                                        "__ubsan_handle_"};
  return std::ranges::any_of(
      kEntries, [&](std::string_view entry) { return program.find(entry) != std::string::npos; });
}

std::optional<std::string> Sanitizer::prepare(Scenario& scenario) {
  const auto inherited = posix::current_environment();
  auto whole = inherited;
  for (const auto& [name, value] : scenario.environment) whole.insert_or_assign(name, value);
  const auto program = launch::find_program(scenario.command.at(0), whole);
  if (const auto* none = std::get_if<launch::NoProgram>(&program)) return none->message;
  if (!is_sanitized(posix::read_file(std::get<std::filesystem::path>(program)).value_or("")))
    return "the daemon was not built with a sanitizer (-fsanitize=address)";
  set_sanitizer_options(scenario.environment, inherited, std::string("{state}/") + kLogName);
  return std::nullopt;
}

Answer Sanitizer::explain(const Question& question) {
  launch::Daemon& daemon = question.daemon;
  const std::uint64_t operations = question.work(kOperations);
  const std::vector<pid_t> processes = daemon.processes();
  daemon.main().signal(SIGTERM);
  if (!daemon.main().wait_until_ended(posix::Deadline(kTimeToEnd)))
    throw HarnessError("sanitizer", "the daemon did not end within 30 s of SIGTERM", 0);
  Answer answer;
  if (const auto status = daemon.exit_status(); status && status->was_signalled)
    answer.remarks.push_back(
        fmt::format("{}: sanitizers tell leaks at exit(3) only; let the daemon handle SIGTERM",
                    status->describe()));

  SanitizerReport report = read_reports(log_paths(daemon.scenario().environment), processes);
  if (!report.could_not_look.empty()) answer.remarks.push_back(report.could_not_look);
  Symbols symbols;
  std::size_t errors = 0;
  for (Finding& finding : report.findings) {
    add_names(finding, symbols);
    const bool is_leak =
        finding.kind == Finding::Kind::kLeak || finding.kind == Finding::Kind::kThread;
    if (!is_leak && ++errors <= kMostRemarks) answer.remarks.push_back(describe_error(finding));
  }
  for (const std::string& resource : question.resources) {
    GrowingSites sites;
    sites.next_round();
    for (const Finding& finding : report.findings)
      if (belongs_to(finding, resource)) sites.add(finding, finding.bytes, finding.blocks);
    Shared shared =
        share_out(frequent(sites, operations), resource, question.suppressions, describe);
    if (shared.blame.empty() && shared.remarks.empty())
      answer.remarks.push_back(fmt::format(
          "no sanitizer tells who is to blame for growth.{}: they see memory that nothing refers "
          "to any more, and threads that were not joined",
          resource));
    std::ranges::move(shared.remarks, std::back_inserter(answer.remarks));
    if (!shared.blame.empty()) answer.blame[resource] = std::move(shared.blame);
  }
  return answer;
}

}  // namespace watertight::blame
