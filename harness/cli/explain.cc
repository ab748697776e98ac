// SPDX-License-Identifier: Apache-2.0
#include "cli/explain.h"

#include "report/page.h"
#include "run/catalogue.h"
#include "run/explanations.h"
#include "scenario/parse.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace watertight::cli {
namespace {

using report::Ink;
using report::Page;
using run::CheckDescription;

constexpr report::Mark kNoMark{"", "", Ink::kPlain};

constexpr std::string_view kExplainHelp =
    R"(Examples:
  watertight explain growth.fds
  watertight explain 'lock.*'

Usage: watertight explain [CHECK...]

What a check looks for, how and why, its false alarms, and the cure. CHECK is an id or a glob:
growth.fds, 'lock.*'. Without one: the list of all checks.
)";

std::string group_of(const std::string& id) { return id.substr(0, id.find('.')); }

void write_list(const std::vector<CheckDescription>& checks, std::ostream& out,
                const report::TerminalStyle& style) {
  unsigned widest = 0;
  for (const CheckDescription& check : checks)
    widest = std::max(widest, static_cast<unsigned>(check.id.size()));
  Page page(out, style, widest);
  std::string group;
  for (const CheckDescription& check : checks) {
    if (!group.empty() && group != group_of(check.id)) page.blank();
    group = group_of(check.id);
    page.entry(kNoMark, check.id, check.explanation.title, Ink::kBold, Ink::kPlain);
  }
}

std::string_view describe_tier(int tier) {
  switch (tier) {
    case 1:
      return "any user";
    case 2:
      return "needs ptrace(2)";
    case 3:
      return "needs root or namespaces";
    default:
      return "needs a workload";
  }
}

void write_explanation(const CheckDescription& check, std::ostream& out,
                       const report::TerminalStyle& style) {
  const rehearsals::Explanation& text = check.explanation;
  constexpr std::string_view kWidestLabel = "False alarms";
  Page page(out, style, static_cast<unsigned>(kWidestLabel.size()));
  page.headline(kNoMark, check.id, {std::string(text.title)});
  page.blank();
  const auto say = [&](std::string_view label, std::string_view words) {
    page.entry(kNoMark, label, words, Ink::kBold, Ink::kPlain);
  };
  say("What", text.what);
  say("How", text.how);
  say("Why", text.why);
  say("False alarms", text.false_alarms);
  say("Cure", text.cure);
  say("Source", text.source);
  say("Severity", to_string(check.severity));
  say("Tier", fmt::format("{}: {}", check.tier, describe_tier(check.tier)));
  if (!check.letter.empty()) say("Letter", check.letter);
}

}  // namespace

void write_explanations(const std::vector<std::string>& globs, std::ostream& out,
                        const report::TerminalStyle& style) {
  const std::vector<CheckDescription> checks = run::describe_checks();
  for (const std::string& glob : globs) run::require_known_check(glob, "");
  if (globs.empty()) return write_list(checks, out, style);
  bool is_first = true;
  for (const CheckDescription& check : checks) {
    const auto matches = [&](const auto& glob) { return scenario::glob_matches(glob, check.id); };
    if (std::ranges::none_of(globs, matches)) continue;
    if (!is_first) out << '\n';
    is_first = false;
    write_explanation(check, out, style);
  }
}

int run_explain(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") {
      std::cout << kExplainHelp;
      return 0;
    }
    if (argument.starts_with("-"))
      throw ScenarioError(
          fmt::format("unknown option `{}`\nsee `watertight explain --help`", argument));
  }
  write_explanations(arguments, std::cout, report::detect_style(fileno(stdout), "auto"));
  return 0;
}

}  // namespace watertight::cli
