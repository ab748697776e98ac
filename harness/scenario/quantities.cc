// SPDX-License-Identifier: Apache-2.0
#include "scenario/parse.h"
#include "scenario/resources.h"
#include "scenario/stop_profiles.h"
#include "scenario/words.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::scenario {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit kTimes[] = {{"", 1},  {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3},
                           {"s", 1}, {"m", 60},    {"h", 3600},  {"d", 86400}};
constexpr Unit kCounts[] = {{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}};
constexpr Unit kSizes[] = {{"", 1},          {"B", 1},    {"kB", 1e3},      {"KB", 1e3},
                           {"MB", 1e6},      {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20},
                           {"GiB", 1 << 30}, {"byte", 1}, {"bytes", 1}};

constexpr double kHighestAlpha = 0.5;
constexpr double kLowestWarp = 2;
constexpr double kHighestWarp = 1000;
constexpr double kLongestSeconds = 366 * 86400.0;
constexpr double kHighestCount = 1e15;

template <std::size_t N>
const Unit* find_unit(const Unit (&units)[N], std::string_view name) {
  const auto* const found = std::find_if(std::begin(units), std::end(units),
                                         [&](const Unit& u) { return u.name == name; });
  return found == std::end(units) ? nullptr : found;
}

constexpr std::string_view kRateExample = "rss=1B/op, fds=0 or fds=1/1000op";

/// The operations that a rate is for: 1000 in "1/1000op".
double parse_operations(std::string_view text, std::string_view whole) {
  double operations = 1;
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    const Quantity quantity = parse_quantity(text, "a rate", kRateExample);
    operations = quantity.value;
    text = quantity.unit;
  }
  for (const std::string_view word : {"op", "ops", "operation", "operations"})
    if (text == word && operations > 0) return operations;
  throw ScenarioError(
      fmt::format("`{}` is not a rate per operation; write for example {}", whole, kRateExample));
}

/// A quantity of the resource, in bytes or items.
double amount_of(const GrowthResource& resource, const Quantity& quantity, std::string_view text) {
  const Unit* const unit =
      resource.is_in_bytes ? find_unit(kSizes, quantity.unit) : find_unit(kCounts, quantity.unit);
  if (unit == nullptr)
    throw ScenarioError(fmt::format("`{}`: `{}` is not a unit of {}; {}", text, quantity.unit,
                                    resource.id,
                                    resource.is_in_bytes ? "use B, KiB, MiB, kB or MB"
                                                         : "it is counted, write a plain number"));
  return quantity.value * unit->factor;
}

}  // namespace

Duration parse_duration(std::string_view text) {
  const Quantity quantity = parse_quantity(text, "a duration", "250ms, 5s, 2m or 1h");
  const Unit* const unit = find_unit(kTimes, quantity.unit);
  if (unit == nullptr)
    throw ScenarioError(
        fmt::format("`{}`: unknown unit `{}`; use ns, us, ms, s, m, h or d", text, quantity.unit));
  const double seconds = quantity.value * unit->factor;
  if (seconds > kLongestSeconds) throw ScenarioError(fmt::format("`{}` is over a year", text));
  return Duration(std::llround(seconds * 1e9));
}

std::uint64_t parse_count(std::string_view text) {
  const Quantity quantity = parse_quantity(text, "a number", "4096, 64k or 1M");
  const Unit* const unit = find_unit(kCounts, quantity.unit);
  if (unit == nullptr)
    throw ScenarioError(
        fmt::format("`{}`: unknown unit `{}`; use k (1 000), M or G", text, quantity.unit));
  const double count = quantity.value * unit->factor;
  if (count > kHighestCount || count != std::floor(count))
    throw ScenarioError(fmt::format("`{}` is not a whole number below 10^15", text));
  return static_cast<std::uint64_t>(count);
}

Window parse_window(std::string_view text) {
  std::vector<std::string> names;
  for (const StopProfile& profile : stop_profiles()) {
    if (profile.name == text) return {std::string(text), profile.window};
    names.emplace_back(profile.name);
  }
  if (text.empty() || text.front() < '0' || text.front() > '9')
    throw ScenarioError(fmt::format("`{}` is neither a stop profile nor a duration{}", text,
                                    did_you_mean(text, names)));
  return {"", parse_duration(text)};
}

Tolerance parse_tolerance(std::string_view text) {
  return parse_tolerance_of(text, growth_resources());
}

Tolerance parse_tolerance_of(std::string_view text, const std::vector<GrowthResource>& known) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    throw ScenarioError(
        fmt::format("`{}` is not RESOURCE=RATE; write for example {}", text, kRateExample));
  const GrowthResource& resource = growth_resource(text.substr(0, equals), known);
  std::string_view rate = text.substr(equals + 1);
  const std::size_t slash = rate.find('/');
  double operations = 1;
  if (slash != std::string_view::npos) {
    operations = parse_operations(rate.substr(slash + 1), text);
    rate = rate.substr(0, slash);
  }
  const Quantity quantity = parse_quantity(rate, "a rate", kRateExample);
  return {std::string(resource.id), amount_of(resource, quantity, text) / operations};
}

Pool parse_pool(std::string_view text) { return parse_pool_of(text, growth_resources()); }

Pool parse_pool_of(std::string_view text, const std::vector<GrowthResource>& known) {
  constexpr std::string_view kExample = "rss=64MiB or fds=1000";
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    throw ScenarioError(
        fmt::format("`{}` is not RESOURCE=SIZE; write for example {}", text, kExample));
  const GrowthResource& resource = growth_resource(text.substr(0, equals), known);
  const Quantity quantity = parse_quantity(text.substr(equals + 1), "a size", kExample);
  return {std::string(resource.id), amount_of(resource, quantity, text)};
}

double parse_warp(std::string_view text) {
  const Quantity quantity = parse_quantity(text, "a factor", "1000 or 60x");
  if (!quantity.unit.empty() && quantity.unit != "x")
    throw ScenarioError(fmt::format("`{}`: a factor is a plain number", text));
  if (quantity.value < kLowestWarp || quantity.value > kHighestWarp)
    throw ScenarioError(fmt::format("`{}` is not from 2 to 1000", text));
  return quantity.value;
}

double parse_rate(std::string_view text) {
  const Quantity quantity = parse_quantity(text, "a rate", "250 or 0.5");
  if (!quantity.unit.empty() && quantity.unit != "/s")
    throw ScenarioError(fmt::format("`{}`: a rate is in operations a second", text));
  return quantity.value;
}

double parse_alpha(std::string_view text) {
  const Quantity quantity = parse_quantity(text, "a chance", "0.001 or 0.1%");
  if (!quantity.unit.empty() && quantity.unit != "%")
    throw ScenarioError(fmt::format("`{}`: a chance is a number or in %", text));
  const double alpha = quantity.unit.empty() ? quantity.value : quantity.value / 100;
  if (alpha <= 0 || alpha > kHighestAlpha)
    throw ScenarioError(fmt::format("`{}` is not above 0 and at most 0.5", text));
  return alpha;
}

}  // namespace watertight::scenario
