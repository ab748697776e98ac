// SPDX-License-Identifier: Apache-2.0
#include "scenario/text_checks.h"

#include "scenario/parse.h"
#include "scenario/placeholders.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstring>
#include <regex>

namespace watertight::scenario {
namespace {

/// The text as it may look at run time.
std::string with_example_values(std::string_view text) {
  return Placeholders{"/state", std::vector<std::uint16_t>(kMostPorts, 1)}.expand(text);
}

}  // namespace

HostPort parse_host_port(std::string_view text) {
  const auto mistake = [&](std::string_view what) {
    return ScenarioError(fmt::format(
        "`{}`: {}; write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080", text, what));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) throw mistake("the port is missing");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') throw mistake("the bracket is not closed");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    throw mistake("an IPv6 address needs brackets");
  }
  if (host.empty()) throw mistake("the host is missing");
  HostPort parsed{std::string(host), 0};
  const char* const end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data(), end, parsed.port);
  if (error != std::errc{} || rest != end || parsed.port == 0)
    throw mistake(fmt::format("`{}` is not a port from 1 to 65535", port));
  return parsed;
}

void require_host_port(std::string_view text) {
  const std::string example = with_example_values(text);
  try {
    parse_host_port(example);
  } catch (const ScenarioError&) {
    parse_host_port(text);  // Complains about what the user wrote, not about the example.
    throw;
  }
}

void require_path(std::string_view text) {
  if (text.empty())
    throw ScenarioError("the path is missing; write for example {state}/daemon.sock");
}

void require_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (text.substr(0, scheme.size()) == scheme && text.size() > scheme.size() &&
        text[scheme.size()] != '/')
      return;
  throw ScenarioError(
      fmt::format("`{}` is not a URL; write for example http://127.0.0.1:{{port}}/", text));
}

void require_regex(std::string_view text) {
  try {
    std::regex(with_example_values(text), std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    throw ScenarioError(fmt::format("`{}` is not a regular expression: {}", text, error.what()));
  }
}

void require_pattern(std::string_view text) {
  if (text.empty()) throw ScenarioError("the regular expression is missing");
  require_regex(text);
}

void require_duration(std::string_view text) { parse_duration(text); }

void require_command(std::string_view text) {
  if (text.find_first_not_of(" \t\n") == std::string_view::npos)
    throw ScenarioError("the command is missing");
}

std::string signal_name(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.compare(0, 3, "SIG") == 0) name.erase(0, 3);
  if (name == "KILL" || name == "STOP")
    throw ScenarioError(fmt::format("no daemon can handle SIG{}, so it is no stress", name));
  std::vector<std::string> known;
  for (int number = SIGHUP; number <= SIGSYS; ++number)
    if (const char* const abbreviation = sigabbrev_np(number)) known.emplace_back(abbreviation);
  if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  throw ScenarioError(fmt::format("unknown signal `{}`{}", text, did_you_mean(name, known)));
}

void require_signal(std::string_view text) { signal_name(text); }

}  // namespace watertight::scenario
