// SPDX-License-Identifier: Apache-2.0
#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace watertight::report {
namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr double kWidestGrouped = 1e15;  // beyond, doubles no longer hold every whole number

std::string group_thousands(std::string digits) {
  const std::size_t first = digits.find_first_of("0123456789");
  std::size_t end = std::min(digits.find('.'), digits.size());
  while (end > first + 3) {
    end -= 3;
    digits.insert(end, 1, ' ');
  }
  return digits;
}

std::string with_decimals(double value, int decimals) {
  return group_thousands(fmt::format("{:.{}f}", value, decimals));
}

double power_of_ten_below(double value) {
  return std::pow(10.0, std::floor(std::log10(std::abs(value))));
}

// Rounded to `digits` significant ones by `round` (std::round, std::floor, std::ceil); an excess of
// floating point noise does not carry over to the next digit.
template <typename Round>
double significant(double value, int digits, Round round) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = power_of_ten_below(value) / std::pow(10.0, digits - 1);
  const double steps = value / step;
  if (std::abs(steps - std::round(steps)) < 1e-9 * std::abs(steps)) return std::round(steps) * step;
  return round(steps) * step;
}

std::string plural(std::string_view unit) {
  const bool hisses = unit.ends_with('s') || unit.ends_with('x') || unit.ends_with("ch");
  return fmt::format("{}{}", unit, hisses ? "es" : "s");
}

std::string counted(const std::string& count, std::string_view unit) {
  const bool is_one = count == "1" || count == "-1";
  return fmt::format("{} {}", count, is_one ? std::string(unit) : plural(unit));
}

struct BinaryMultiple {
  double bytes;
  std::string_view name;
};

BinaryMultiple binary_multiple(double bytes) {
  static constexpr std::array<std::string_view, 6> kNames{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double size = 1024;
  std::size_t i = 0;
  // 1023.95 would print as 1024.0.
  while (i + 1 < kNames.size() && std::abs(bytes) / size >= 1023.95) {
    size *= 1024;
    ++i;
  }
  return {size, kNames[i]};
}

// A leak is read against malloc's sizes, so bytes stay bytes for longer than elsewhere.
bool reads_better_in_multiples(double per_operation, std::string_view unit) {
  return unit == "byte" && std::abs(per_operation) >= 10 * 1024;
}

// Operations that one unit takes, where "1 fd in 4 000 operations" reads better than a fraction.
double operations_per_unit(double per_operation) {
  const double operations = 1 / std::abs(per_operation);
  if (!std::isfinite(operations) || operations < 1.5) return 0;
  const double whole = std::round(operations);
  if (operations < 10 && std::abs(operations - whole) > 0.02 * whole) return 0;
  return operations < 1000 ? whole
                           : significant(operations, 3, [](double x) { return std::round(x); });
}

bool has_width(const Rate& rate) {
  return std::isfinite(rate.low) && std::isfinite(rate.high) &&
         rate.high - rate.low > 0.002 * std::abs(rate.per_operation);
}

// `48.0 ± 0.1`, or `48.0 (47.2 to 51.9)` where the interval leans to a side.
std::string rate_with_interval(double rate, double low, double high) {
  const double half = (high - low) / 2;
  const int decimals = std::clamp(-static_cast<int>(std::floor(std::log10(half))), 0, 9);
  if (std::abs((high + low) / 2 - rate) <= 0.2 * half) {
    return fmt::format("{} ± {}", with_decimals(rate, decimals), with_decimals(half, decimals));
  }
  return fmt::format("{} ({} to {})", with_decimals(rate, decimals), with_decimals(low, decimals),
                     with_decimals(high, decimals));
}

}  // namespace

std::string format_count(double count) {
  if (!std::isfinite(count)) return std::string(kUnknown);
  if (std::abs(count) >= kWidestGrouped) return fmt::format("{:.3g}", count);
  if (std::abs(count) >= 999.5 || count == std::round(count)) return with_decimals(count + 0.0, 0);
  return fmt::format("{:.3g}", count);
}

std::string format_bytes(double bytes) {
  if (!std::isfinite(bytes)) return std::string(kUnknown);
  if (std::abs(bytes) < 1023.5) return format_count(bytes) + " B";
  const BinaryMultiple multiple = binary_multiple(bytes);
  const double value = bytes / multiple.bytes;
  return fmt::format("{} {}", with_decimals(value, std::abs(value) < 99.95 ? 1 : 0), multiple.name);
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return std::string(kUnknown);
  if (seconds < 0) return fmt::format("-{}", format_duration(-seconds));
  if (seconds == 0) return "0 s";
  if (seconds < 0.9995) return fmt::format("{:.{}f} ms", seconds * 1000, seconds < 0.00995 ? 1 : 0);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  struct Unit {
    double seconds;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> kUnits{
      {{365.25 * 86400, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}}};
  const Unit* unit = std::find_if(kUnits.begin(), kUnits.end() - 1, [&](const Unit& candidate) {
    return seconds >= 1.995 * candidate.seconds;
  });
  const double value = seconds / unit->seconds;
  return counted(
      value < 9.95 ? format_count(std::round(value * 10) / 10) : format_count(std::round(value)),
      unit->name);
}

std::string format_amount(double amount, std::string_view unit) {
  return unit == "byte" ? format_bytes(amount) : counted(format_count(amount), unit);
}

std::string format_rate(double per_operation, std::string_view unit) {
  if (!std::isfinite(per_operation)) return std::string(kUnknown);
  if (reads_better_in_multiples(per_operation, unit)) {
    return format_bytes(per_operation) + " per operation";
  }
  if (const double operations = operations_per_unit(per_operation); operations != 0) {
    return fmt::format("{} {} in {} operations", per_operation < 0 ? "-1" : "1", unit,
                       format_count(operations));
  }
  return counted(format_count(per_operation), unit) + " per operation";
}

std::string format_detection_limit(double per_operation, std::string_view unit) {
  if (!(per_operation > 0)) return format_rate(per_operation, unit);
  const double operations = 1 / per_operation;
  if (operations >= 10) {
    const int digits = operations < 1000 ? 3 : 2;
    return format_rate(1 / significant(operations, digits, [](double x) { return std::floor(x); }),
                       unit);
  }
  return format_rate(significant(per_operation, 2, [](double x) { return std::ceil(x); }), unit);
}

std::string format_rate_interval(const Rate& rate) {
  if (!std::isfinite(rate.per_operation) || !has_width(rate)) {
    return format_rate(rate.per_operation, rate.unit);
  }
  if (reads_better_in_multiples(rate.per_operation, rate.unit)) {
    const BinaryMultiple multiple = binary_multiple(rate.per_operation);
    return fmt::format("{} {} per operation",
                       rate_with_interval(rate.per_operation / multiple.bytes,
                                          rate.low / multiple.bytes, rate.high / multiple.bytes),
                       multiple.name);
  }
  if (rate.low > 0 && operations_per_unit(rate.per_operation) != 0) {
    const auto operations = [](double per_operation) {
      return format_count(
          significant(1 / per_operation, 3, [](double x) { return std::round(x); }));
    };
    return fmt::format("{} ({} to {})", format_rate(rate.per_operation, rate.unit),
                       operations(rate.high), operations(rate.low));
  }
  return fmt::format("{} {} per operation",
                     rate_with_interval(rate.per_operation, rate.low, rate.high),
                     plural(rate.unit));
}

std::string format_daily_growth(double per_operation, std::string_view unit,
                                double operations_per_second) {
  constexpr double kSecondsPerDay = 86400;
  const auto rounded = [](double value) {
    return significant(value, 2, [](double x) { return std::round(x); });
  };
  const double daily = per_operation * operations_per_second * kSecondsPerDay;
  const bool is_slow = operations_per_second < 10;
  return fmt::format(
      "{} a day at {} a {}", format_amount(unit == "byte" ? daily : rounded(daily), unit),
      counted(format_count(rounded(operations_per_second * (is_slow ? 60 : 1))), "operation"),
      is_slow ? "minute" : "second");
}

}  // namespace watertight::report
