// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file For the tests of backends: daemons that leak, and what a backend answers about them.

#include "blame/backend.h"
#include "blame/fingerprint.h"
#include "stress/quiescence.h"
#include "stress/stress.h"

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace watertight::blame {

/// A daemon, and who is to be blamed first.
struct Leak {
  std::string program;  ///< Path.
  std::string resource;
  std::string function = {};
  std::string source = {};      ///< In sample_daemons/.
  std::string call = {};        ///< Text of the line to be blamed.
  std::string stress = "tcp:";  ///< Else `HUP`, or `idle`.
  std::string line = "hello\n";

  std::string daemon() const { return program.substr(program.rfind('/') + 1); }
};

inline void PrintTo(const Leak& leak, std::ostream* out) {
  *out << leak.daemon() << ' ' << leak.resource;
}

inline Scenario scenario_of(const Leak& leak) {
  Scenario scenario;
  Stress stress;
  scenario.command = {leak.program, leak.stress == "idle" ? "1" : "{port}"};
  if (leak.stress == "tcp:") {
    stress.kind = Stress::Kind::kTcp;
    stress.target = "127.0.0.1:{port}";
    stress.send = {leak.line};
  } else if (leak.stress == "HUP") {
    stress.kind = Stress::Kind::kSignal;
    stress.target = "HUP";
  }
  scenario.stress = {stress};
  return scenario;
}

/// Throws where the backend refuses, or the daemon does not start under it.
inline Answer answer_of(Backend& backend, const Leak& leak, const Suppressions& suppressions = {}) {
  Scenario scenario = scenario_of(leak);
  if (const auto refusal = backend.prepare(scenario)) throw std::runtime_error(*refusal);
  auto launched = launch::launch(scenario);
  if (const auto* failure = std::get_if<launch::LaunchFailure>(&launched))
    throw std::runtime_error(failure->message);
  auto& daemon = std::get<launch::Daemon>(launched);
  stress::Workload workload(daemon);
  const auto work = [&](std::uint64_t operations) {
    const auto tally = workload.next_round(operations, std::nullopt, [] { return 0; });
    stress::wait_until_quiet([&] { return daemon.processes(); }, std::chrono::seconds(1));
    return tally.attempted;
  };
  return backend.explain({daemon, work, {leak.resource}, suppressions});
}

inline int line_of(const std::string& source, const std::string& text) {
  std::ifstream file(WATERTIGHT_SAMPLE_SOURCES "/" + source);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.find(text) != std::string::npos) return number;
  }
  ADD_FAILURE() << source << " has no line with " << text;
  return 0;
}

/// The culprit at the top, with function, file and line.
inline void expect_culprit_first(const Answer& answer, const Leak& leak) {
  const auto found = answer.blame.find(leak.resource);
  ASSERT_NE(found, answer.blame.end()) << testing::PrintToString(answer.remarks);
  const Blame& first = found->second.front();
  EXPECT_GT(first.share, 0.9);
  EXPECT_GE(first.count,
            leak.stress == "idle" ? 16u : 256u);  // Ticks come with time, not with work.
  EXPECT_NE(first.what, "");
  EXPECT_EQ(first.fingerprint.size(), 16u);
  ASSERT_FALSE(first.frames.empty());
  const Frame& culprit = first.frames.front();
  EXPECT_EQ(normalize_function(culprit.function), leak.function);
  EXPECT_TRUE(culprit.file.ends_with(leak.source)) << culprit.file;
  EXPECT_EQ(culprit.line, line_of(leak.source, leak.call));
}

}  // namespace watertight::blame
