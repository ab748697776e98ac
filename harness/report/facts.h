// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a report, gives the short facts that every format for people tells alike. Private to
/// report/.

#include <watertight/report.h>

#include <optional>
#include <string>
#include <vector>

namespace watertight::report {

/// Checks of a report, which owns them.
using Checks = std::vector<const CheckResult*>;

/// Those with the verdict (and severity), in the order of the report.
Checks select(const Report& report, Verdict verdict, std::optional<Severity> severity = {});

/// The other of `found` that the check is a consequence of; null where there is none.
const CheckResult* find_cause(const Checks& found, const CheckResult& check);

/// Whether the check is told under its cause: only where that one stands on its own and is as
/// grave.
bool is_folded(const Checks& found, const CheckResult& check);

/// Checks of which the same is to be said, in the order given.
std::vector<Checks> by_sentence(const Checks& checks);

/// Their ids, with commas.
std::string join_ids(const Checks& checks);

/// What stands beside verdict and name: `2 of 12 checks failed`, `5 120 operations in 1.2 s`.
std::vector<std::string> headline_facts(const Report& report);

/// How the run went: `ready after 30 ms`, `stopped: budget`, …
std::vector<std::string> circumstances(const Report& report);

/// What befell the run beside its verdicts: the error, `interrupted by SIGINT`, `ended by its own
/// deadline`; empty where nothing did.
std::string trouble(const Report& report);

/// `12 of 5 120 operations failed, the first: …`; empty where none did.
std::string failed_operations(const Report& report);

/// What the measured rate means, as far as the check's sentence has not said it.
std::vector<std::string> meaning(const CheckResult& check);

}  // namespace watertight::report
