// SPDX-License-Identifier: Apache-2.0
#include "scenario/parse.h"
#include "scenario/text_checks.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace watertight::scenario {
namespace {

/// One shape of a spec: a bare word, or a word with a target that `check` accepts.
template <typename Kind>
struct Form {
  std::string_view word;
  std::string_view shape;  ///< For people.
  Kind kind;
  void (*check)(std::string_view target) = nullptr;  ///< Null: a bare word.
};

constexpr Form<Ready::Kind> kReadyForms[] = {
    {"auto", "auto", Ready::Kind::kAuto},
    {"tcp", "tcp:HOST:PORT", Ready::Kind::kTcp, require_host_port},
    {"unix", "unix:PATH", Ready::Kind::kUnix, require_path},
    {"http", "http:URL", Ready::Kind::kHttp, require_url},
    {"https", "https://…", Ready::Kind::kHttp, require_url},
    {"pidfile", "pidfile:PATH", Ready::Kind::kPidFile, require_path},
    {"log", "log:REGEX", Ready::Kind::kLog, require_pattern},
    {"notify", "notify", Ready::Kind::kNotify},
    {"forked", "forked", Ready::Kind::kForked},
    {"after", "after:DURATION", Ready::Kind::kAfter, require_duration},
};

constexpr Form<Stress::Kind> kStressForms[] = {
    {"http", "http://…", Stress::Kind::kHttp, require_url},
    {"https", "https://…", Stress::Kind::kHttp, require_url},
    {"tcp", "tcp:HOST:PORT", Stress::Kind::kTcp, require_host_port},
    {"unix", "unix:PATH", Stress::Kind::kUnix, require_path},
    {"udp", "udp:HOST:PORT", Stress::Kind::kUdp, require_host_port},
    {"exec", "exec:COMMAND", Stress::Kind::kExec, require_command},
    {"pipe", "pipe:COMMAND", Stress::Kind::kPipe, require_command},
    {"signal", "signal:HUP", Stress::Kind::kSignal, require_signal},
    {"idle", "idle", Stress::Kind::kIdle},
};

template <typename Kind>
struct Spec {
  Kind kind;
  std::string target;
};

/// Finds the form by the word before the first colon and checks the rest, which is the target. A
/// URL is its own target.
template <typename Kind, std::size_t N>
Spec<Kind> parse_spec(std::string_view spec, std::string_view what, const Form<Kind> (&forms)[N]) {
  const std::size_t colon = spec.find(':');
  const std::string_view word = spec.substr(0, colon);
  const auto* const form = std::find_if(std::begin(forms), std::end(forms),
                                        [&](const Form<Kind>& f) { return f.word == word; });
  std::vector<std::string> words, shapes;
  for (const Form<Kind>& known : forms) {
    words.emplace_back(known.word);
    shapes.emplace_back(known.shape);
  }
  if (form == std::end(forms)) {
    const std::string nearest = suggestion(word, words);
    throw ScenarioError(fmt::format(
        "`{}` is not a {} spec{}", spec, what,
        nearest.empty()
            ? fmt::format("; known are: {}", fmt::join(shapes, ", "))
            : fmt::format("; did you mean `{}`?",
                          shapes[static_cast<std::size_t>(
                              std::find(words.begin(), words.end(), nearest) - words.begin())])));
  }
  const bool has_target = colon != std::string_view::npos;
  if (has_target != (form->check != nullptr))
    throw ScenarioError(fmt::format("`{}` is not a {} spec; write {}", spec, what, form->shape));
  if (!has_target) return {form->kind, ""};
  const bool is_url = spec.substr(colon, 3) == "://";
  const std::string_view target = is_url ? spec : spec.substr(colon + 1);
  form->check(target);
  return {form->kind, std::string(target)};
}

constexpr struct {
  std::string_view word;
  Manner manner;
} kManners[] = {{"polite", Manner::kPolite},  {"early-close", Manner::kEarlyClose},
                {"reset", Manner::kReset},    {"half-close", Manner::kHalfClose},
                {"no-read", Manner::kNoRead}, {"hold", Manner::kHold}};

Manner parse_manner(std::string_view word) {
  std::vector<std::string> words;
  for (const auto& known : kManners) {
    if (known.word == word) return known.manner;
    words.emplace_back(known.word);
  }
  throw ScenarioError(fmt::format("unknown manner `{}`{}", word, did_you_mean(word, words)));
}

}  // namespace

Ready parse_ready(std::string_view spec) {
  auto [kind, target] = parse_spec(spec, "readiness", kReadyForms);
  Ready ready;
  ready.kind = kind;
  if (kind == Ready::Kind::kAfter) {
    ready.delay = parse_duration(target);
  } else {
    ready.target = std::move(target);
  }
  return ready;
}

Stress parse_stress(std::string_view spec) {
  auto [kind, target] = parse_spec(spec, "stress", kStressForms);
  Stress stress;
  stress.kind = kind;
  stress.target = kind == Stress::Kind::kSignal ? signal_name(target) : std::move(target);
  return stress;
}

std::vector<Manner> parse_manners(std::string_view text) {
  std::vector<Manner> manners;
  while (true) {
    const std::size_t comma = text.find(',');
    manners.push_back(parse_manner(text.substr(0, comma)));
    if (comma == std::string_view::npos) return manners;
    text.remove_prefix(comma + 1);
  }
}

std::string parse_color(std::string_view text) {
  const std::vector<std::string> known = {"auto", "always", "never"};
  if (std::find(known.begin(), known.end(), text) == known.end())
    throw ScenarioError(fmt::format("unknown value `{}`{}", text, did_you_mean(text, known)));
  return std::string(text);
}

BlameMode parse_blame(std::string_view text) {
  constexpr std::pair<std::string_view, BlameMode> kModes[] = {
      {"auto", BlameMode::kAuto},
      {"off", BlameMode::kOff},
      {"agent", BlameMode::kAgent},
      {"valgrind", BlameMode::kValgrind},
      {"sanitizer", BlameMode::kSanitizer}};
  std::vector<std::string> words;
  for (const auto& [word, mode] : kModes) {
    if (word == text) return mode;
    words.emplace_back(word);
  }
  throw ScenarioError(fmt::format("nobody to blame with: `{}`{}", text, did_you_mean(text, words)));
}

}  // namespace watertight::scenario
