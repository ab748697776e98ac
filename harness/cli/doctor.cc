// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor.h"

#include "cli/interruption.h"
#include "report/page.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace watertight::cli {
namespace {

using report::Ink;
using report::Mark;
using run::Ability;

constexpr std::string_view kDoctorHelp =
    R"(Example:
  watertight doctor

Usage: watertight doctor

Tries out what the checks and the tools beside them build on, and says how to enable what is not
there. Starts a process or two, which are gone at the end.

Exit code: 0 everything essential works, 2 usage, 3 something essential does not, 128+n ended by
signal n.
)";

constexpr int kSomethingEssentialIsMissing = 3, kSignalled = 128;
constexpr Mark kThere{"✓", "ok", Ink::kGood}, kMissing{"✗", "NO", Ink::kBad},
    kLess{"?", "--", Ink::kWarning}, kNoMark{"", "", Ink::kPlain};

/// What a tier of checks needs; `always` needs nothing of its own.
struct Tier {
  int number;
  std::string_view ability;
  std::string_view what;
};
constexpr Tier kTiers[] = {{1, "launch", "any user"},
                           {2, "ptrace", "ptrace(2)"},
                           {3, "root", "root or namespaces"},
                           {4, "launch", "a workload of the scenario's"}};

bool works(const std::vector<Ability>& abilities, std::string_view name) {
  const auto found = std::ranges::find(abilities, name, &Ability::name);
  return found != abilities.end() && found->is_there;
}

const Mark& mark_of(const Ability& ability) {
  if (ability.is_there) return kThere;
  return ability.weight == Ability::Weight::kEssential ? kMissing : kLess;
}

unsigned widest_name(const std::vector<Ability>& abilities) {
  std::size_t widest = 0;
  for (const Ability& ability : abilities) widest = std::max(widest, ability.name.size());
  return static_cast<unsigned>(widest);
}

/// One line a tier, which counts its checks, and names them where they cannot run here.
void write_tier(const Tier& tier, const std::vector<Ability>& abilities,
                const std::vector<run::CheckDescription>& checks, report::Page& page) {
  std::vector<std::string> ids;
  for (const run::CheckDescription& check : checks) {
    const bool has_instrument = check.id != "growth.heap" || works(abilities, "agent");
    if (check.tier == tier.number && has_instrument) ids.push_back(check.id);
  }
  if (ids.empty()) return;
  const std::string label = fmt::format("{}", ids.size());
  const bool runs = works(abilities, tier.ability);
  page.entry(runs ? kThere : kLess, label,
             runs ? fmt::format("with {}", tier.what)
                  : fmt::format("need {}, and are not applicable here: {}", tier.what,
                                fmt::join(ids, ", ")),
             Ink::kBold, Ink::kPlain);
}

}  // namespace

bool write_diagnosis(const std::vector<Ability>& abilities,
                     const std::vector<run::CheckDescription>& checks, std::ostream& out,
                     const report::TerminalStyle& style) {
  report::Page page(out, style, widest_name(abilities));
  const bool is_well = std::ranges::all_of(abilities, [](const Ability& ability) {
    return ability.is_there || ability.weight != Ability::Weight::kEssential;
  });
  page.headline(
      is_well ? kThere : kMissing, is_well ? "READY" : "NOT READY",
      {is_well ? "everything essential works here" : "something essential does not work"});
  page.blank();
  for (const Ability& ability : abilities) {
    page.entry(mark_of(ability), ability.name, ability.found, Ink::kBold, Ink::kPlain);
    if (!ability.is_there)
      page.entry(kNoMark, "", "to enable: " + ability.remedy, Ink::kPlain, Ink::kDim);
  }
  page.blank();
  page.text("Checks", 0, Ink::kBold);
  for (const Tier& tier : kTiers) write_tier(tier, abilities, checks, page);
  if (!works(abilities, "agent"))
    page.entry(kLess, "1", "growth.heap needs the agent, and is not applicable here", Ink::kBold,
               Ink::kPlain);
  return is_well;
}

int run_doctor(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") {
      std::cout << kDoctorHelp;
      return 0;
    }
    throw ScenarioError(
        fmt::format("doctor takes no `{}`\nsee `watertight doctor --help`", argument));
  }
  note_interruptions();
  const auto abilities = run::look_at_machine(interruption);
  if (const int signal = interruption()) return kSignalled + signal;
  const bool is_well = write_diagnosis(abilities, run::describe_checks(), std::cout,
                                       report::detect_style(fileno(stdout), "auto"));
  return is_well ? 0 : kSomethingEssentialIsMissing;
}

}  // namespace watertight::cli
