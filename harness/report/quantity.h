// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes numbers, gives the words that people read. Units are given in the singular (`fd`,
/// `byte`, `process`, `watch`, …); a quantity that is not finite reads "unknown".

#include <watertight/report.h>

#include <string>
#include <string_view>

namespace watertight::report {

/// Grouped by thousands where large: `65 536`, `2.5`, `0.03`.
std::string format_count(double count);

/// Binary multiples: `48 B`, `1.2 KiB`, `3.4 GiB`.
std::string format_bytes(double bytes);

/// `110 ms`, `4.1 s`, `17 minutes`, `2.5 days`.
std::string format_duration(double seconds);

/// A number of things: `1 fd`, `65 536 fds`, `1.2 KiB` (bytes).
std::string format_amount(double amount, std::string_view unit);

/// `1 fd per operation`, `48 bytes per operation`, `1 fd in 4 000 operations`, `0.4 fds per
/// operation`.
std::string format_rate(double per_operation, std::string_view unit);

/// The same for a detection limit, rounded so that it never promises more than is true.
std::string format_detection_limit(double per_operation, std::string_view unit);

/// A rate with its 99 % interval: `48.0 ± 0.1 bytes per operation`; one without width goes
/// unmentioned.
std::string format_rate_interval(const Rate& rate);

/// What a rate comes to at a given pace: `6.6 MiB a day at 100 operations a minute`.
std::string format_daily_growth(double per_operation, std::string_view unit,
                                double operations_per_second);

}  // namespace watertight::report
