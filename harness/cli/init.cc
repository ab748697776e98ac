// SPDX-License-Identifier: Apache-2.0
#include "cli/init.h"

#include "cli/arguments.h"
#include "cli/interruption.h"
#include "cli/report_files.h"
#include "report/text.h"
#include "scenario/file.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace watertight::cli {
namespace {

constexpr std::string_view kInitHelp =
    R"(Examples:
  watertight init -- ./mydaemon --port {port} --pid-file {state}/d.pid
  watertight init mydaemon.toml -- ./mydaemon -c /etc/mydaemon.conf

Usage: watertight init [--force] [FILE.toml] -- DAEMON ARG...

Starts the daemon, looks at its sockets, PID file, locks, files and children, asks each listener for
`GET /` and a line of `hello`, stops it, and writes a scenario of what was found, to look through
and to run with `watertight check`. {port} is a free port, {state} a private folder; a port that
the arguments name and the daemon listens at becomes {port}.

  --force   replace FILE.toml where it is there; without a file: standard output

Exit code: 0, 2 usage, 3 the daemon did not start, 128+n ended by signal n.
)";

constexpr unsigned kCommentColumns = 98;
constexpr int kDaemonFault = 3, kSignalled = 128;

struct InitArguments {
  bool wants_help = false, forces = false;
  std::string file;
  std::vector<std::string> daemon;
};

InitArguments take_apart(const std::vector<std::string>& arguments) {
  InitArguments given;
  const auto separator = std::ranges::find(arguments, "--");
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", given.wants_help);
  app.add_flag("--force", given.forces);
  app.add_option("file", given.file);
  parse_arguments(app, {arguments.begin(), separator}, "init");
  if (separator != arguments.end()) given.daemon.assign(separator + 1, arguments.end());
  if (!given.wants_help && given.daemon.empty())
    throw_usage_error("which daemon? its command goes after `--`", "init");
  return given;
}

/// A basic string of TOML 1.0.
std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

void remark(std::string& text, const std::vector<std::string>& remarks) {
  for (const std::string& sentence : remarks) {
    const std::size_t margin = std::min(sentence.find_first_not_of(' '), sentence.size());
    const std::string words = report::printable(sentence.substr(margin));
    const auto columns = static_cast<unsigned>(kCommentColumns - margin);
    for (const std::string& line : report::wrap(words, columns))
      text += fmt::format("# {}{}\n", std::string(margin, ' '), line);
  }
}

std::string spec_of(const Stress& stress) {
  switch (stress.kind) {
    case Stress::Kind::kTcp:
      return "tcp:" + stress.target;
    case Stress::Kind::kUnix:
      return "unix:" + stress.target;
    case Stress::Kind::kUdp:
      return "udp:" + stress.target;
    case Stress::Kind::kHttp:
      return stress.target;
    default:
      return "idle";
  }
}

std::string ready_of(const Ready& ready) {
  switch (ready.kind) {
    case Ready::Kind::kTcp:
      return "tcp:" + ready.target;
    case Ready::Kind::kUnix:
      return "unix:" + ready.target;
    default:
      return "auto";
  }
}

void write_stress(std::string& text, const Stress& stress) {
  text += fmt::format("[[stress]]\nspec = {}\n", toml_string(spec_of(stress)));
  for (const std::string& request : stress.send)
    text += fmt::format("send = {}\n", toml_string(request));
}

}  // namespace

std::string scenario_text(const run::Survey& survey) {
  const Scenario& scenario = survey.scenario;
  std::vector<std::string> words;
  for (const std::string& word : scenario.command) {
    if (report::printable(word).find("\uFFFD") != std::string::npos)
      throw ScenarioError("an argument of the daemon is no UTF-8, which TOML cannot hold");
    words.push_back(toml_string(word));
  }
  std::string text =
      "# What `watertight init` found out: a start, to be looked through.\n"
      "# watertight-scenario(5) has all keys.\n\n";
  remark(text, survey.on_command);
  text += fmt::format("command = [{}]\n\n", fmt::join(words, ", "));
  remark(text, survey.on_ready);
  text += fmt::format("ready = {}\n\n", toml_string(ready_of(scenario.ready)));
  remark(text, survey.on_pid_file);
  if (scenario.pid_file.empty()) {
    text +=
        "# No PID file was found. Where it keeps one, this turns the lock checks on:\n"
        "# pid_file = \"{state}/daemon.pid\"\n\n";
  } else {
    text += fmt::format("pid_file = {}\n\n", toml_string(scenario.pid_file));
  }
  remark(text, survey.on_window);
  text += "# Who stops it where it is used? `docker` waits 10 s, `systemd` 90 s before SIGKILL.\n";
  text += fmt::format("window = {}\n", toml_string(scenario.window.profile));
  text += '\n';
  remark(text, survey.on_stress);
  for (std::size_t i = 0; i < scenario.stress.size(); ++i) {
    if (i > 0) text += '\n';
    write_stress(text, scenario.stress[i]);
  }
  return text;
}

int run_init(const std::vector<std::string>& arguments) {
  const InitArguments given = take_apart(arguments);
  if (given.wants_help) {
    std::cout << kInitHelp;
    return 0;
  }
  if (!given.forces && std::filesystem::exists(given.file))
    throw ScenarioError(fmt::format("{} is there already; --force replaces it", given.file));
  require_writable(given.file);
  Scenario scenario;
  scenario.command = given.daemon;
  scenario::complete_and_validate(scenario);
  note_interruptions();
  const auto found = run::survey(scenario, interruption);
  if (const int signal = interruption()) return kSignalled + signal;
  if (const auto* const failure = std::get_if<launch::LaunchFailure>(&found)) {
    std::cerr << "watertight: " << failure->message << "\n";
    for (const std::string& line : failure->log_tail)
      std::cerr << "  | " << report::printable(line) << "\n";
    return kDaemonFault;
  }
  const std::string text = scenario_text(std::get<run::Survey>(found));
  if (given.file.empty() || given.file == "-") {
    std::cout << text;
  } else {
    write_report_file(given.file, [&](std::ostream& out) { out << text; });
  }
  return 0;
}

}  // namespace watertight::cli
