// SPDX-License-Identifier: Apache-2.0

// Prints how the ladder and the detectors of other tools do on simulated daemons, and whether the
// ladder keeps what it promises.
//
//   compare_detectors [SERIES [SEED]]    series a kind (default 1000), seed (default 1)
//
// The rule of the prototype was tuned on its own kinds; the constants of the gates that were added
// to it were chosen with the later kinds in view as well. Only the kinds called held out were
// written after the rule was finished, and run with a seed that had not been used.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/math/distributions/binomial.hpp>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "judge/growth.h"
#include "judge/rivals.h"
#include "judge/simulator.h"

namespace {

using namespace watertight;
using namespace watertight::judge;

constexpr std::uint64_t kBudget = 262'144;

/// What series are drawn from: the i-th has the (i mod size)-th of each list.
struct Mixture {
  std::string name;
  std::vector<const Kind*> noises{nullptr}, trends{nullptr};
  Leak leak{};
  bool is_count = false;

  SimulatedSeries series(std::size_t i, std::uint64_t seed) const {
    const Kind* const noise = noises[i % noises.size()];
    const Kind* const trend = trends[i / noises.size() % trends.size()];
    std::uint64_t own = seed;
    for (const char c : name) own = own * 1'099'511'628'211u ^ static_cast<unsigned char>(c);
    return {noise, trend, leak, is_count, own + i * 7'919};
  }
};

std::vector<const Kind*> all(std::span<const Kind> kinds) {
  std::vector<const Kind*> pointers;
  for (const Kind& kind : kinds) pointers.push_back(&kind);
  return pointers;
}

/// Results of `judge_one(i)` for i < count, on all processors.
template <typename JudgeOne>
auto in_parallel(std::size_t count, JudgeOne judge_one) {
  std::vector<decltype(judge_one(std::size_t{}))> results(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < count;) results[i] = judge_one(i);
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  work();
  return results;
}

Options options_for(const Mixture& mixture) {
  Options options;
  if (!mixture.is_count) {
    options.quantum = 4096;
    options.is_exact = false;
    options.default_tolerance = 1;
  }
  return options;
}

/// The whole budget, as in a run whose other resources are not decided.
struct Outcome {
  GrowthVerdict last;
  std::uint64_t decided_at = 0;  ///< First; 0: never.
};

Outcome climb(const Mixture& mixture, std::size_t i, std::uint64_t seed) {
  SimulatedSeries series = mixture.series(i, seed);
  GrowthJudge judge(options_for(mixture));
  Outcome outcome;
  for (std::uint64_t n = 0; n <= kBudget; n += SimulatedSeries::kRound) {
    judge.observe(series.next());
    if (outcome.decided_at == 0 && judge.is_decided()) outcome.decided_at = n;
  }
  outcome.last = judge.verdict();
  return outcome;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Of `k` in `n`, 95 % one-sided (Clopper, Pearson).
double upper_bound(std::size_t k, std::size_t n) {
  return boost::math::binomial_distribution<>::find_upper_bound_on_p(static_cast<double>(n),
                                                                     static_cast<double>(k), 0.05);
}

double percent(std::size_t part, std::size_t whole) {
  return whole ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

/// A pile of outcomes of the ladder.
struct Tally {
  std::size_t series = 0, leaks = 0, clean = 0, covered = 0;
  std::vector<double> operations_to_leak, operations_to_clean, errors;

  void add(const Outcome& outcome, double truth = 0) {
    const GrowthVerdict& verdict = outcome.last;
    ++series;
    if (verdict.verdict == Verdict::kFail) {
      ++leaks;
      operations_to_leak.push_back(static_cast<double>(verdict.operations));
      covered += verdict.rate_low <= truth && truth <= verdict.rate_high;
      errors.push_back(std::abs(verdict.rate / truth - 1));
    } else if (verdict.verdict == Verdict::kPass) {
      ++clean;
      operations_to_clean.push_back(static_cast<double>(outcome.decided_at));
    }
  }
  void add(const Tally& other) {
    series += other.series;
    leaks += other.leaks;
    clean += other.clean;
    covered += other.covered;
  }
  std::size_t inconclusive() const { return series - leaks - clean; }
};

Tally climb_all(const Mixture& mixture, std::size_t count, std::uint64_t seed) {
  Tally tally;
  for (const Outcome& outcome :
       in_parallel(count, [&](std::size_t i) { return climb(mixture, i, seed); }))
    tally.add(outcome, mixture.leak.per_operation);
  return tally;
}

std::string thousands(double operations) { return fmt::format("{:.0f}k", operations / 1000); }

// --- Detectors times kinds of series -----------------------------------------------------------

std::vector<Mixture> columns() {
  const auto quiet = std::vector{&noises()[0]};
  const auto noisy = all(noises()), later = all(later_noises());
  const auto held_out = all(held_out_noises());
  std::vector<Mixture> result = {
      {"stationary", noisy},
      {"transient", noisy, all(transients())},
      {"log", noisy, {&caches()[0]}},
      {"sqrt", noisy, {&caches()[1]}},
      {"slow", noisy, all(slow_kinds())},
      {"counts", {nullptr}, all(counts()), {}, true},
      {"later-stat", later},
      {"later-trans", later, all(later_transients())},
      {"held-stat", held_out},
      {"held-trans", held_out, all(held_out_transients())},
      {"r1q", quiet, {nullptr}, {1}},
      {"r10q", quiet, {nullptr}, {10}},
      {"r10%q", quiet, {nullptr}, {10, 0.01}},
      {"r10", noisy, {nullptr}, {10}},
      {"r100", noisy, {nullptr}, {100}},
      {"r1000", noisy, {nullptr}, {1000}},
      {"later-r100", later, {nullptr}, {100}},
      {"held-r100", held_out, {nullptr}, {100}},
      {"c.001", {nullptr}, {nullptr}, {0.001, 0.001}, true},
      {"c.01", {nullptr}, {nullptr}, {0.01, 0.01}, true},
      {"c.1", {nullptr}, {nullptr}, {0.1, 0.1}, true},
  };
  return result;
}

/// Operations at which each detector calls a leak, the ladder first; 0: never.
std::vector<double> calls(const Mixture& mixture, std::size_t i, std::uint64_t seed) {
  const Outcome ladder = climb(mixture, i, seed);
  std::vector<double> result = {
      ladder.last.verdict == Verdict::kFail ? static_cast<double>(ladder.last.operations) : 0};
  SimulatedSeries series = mixture.series(i, seed);
  std::vector<Floor> samples;
  for (std::uint64_t n = 0; n <= kBudget; n += SimulatedSeries::kRound) {
    const Observation observation = series.next();
    samples.push_back({static_cast<double>(observation.operations), observation.value});
  }
  for (const Rival& rival : rivals())
    result.push_back(rival.call(samples, mixture.is_count).value_or(0));
  return result;
}

void print_table(std::size_t count, std::uint64_t seed) {
  fmt::print("Called a leak, % of {} series; of true leaks also the median operations until then\n",
             count);
  std::vector<std::string> rows = {fmt::format("{:15}", "ladder")};
  for (const Rival& rival : rivals()) rows.push_back(fmt::format("{:15}", rival.name));
  std::string header = fmt::format("{:15}", "");
  for (const Mixture& column : columns()) {
    const bool leaks = column.leak.per_operation > 0;
    header += fmt::format("{:>12}", column.name);
    const auto results = in_parallel(count, [&](std::size_t i) { return calls(column, i, seed); });
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::vector<double> times;
      for (const auto& result : results)
        if (result[row] > 0) times.push_back(result[row]);
      const double share = percent(times.size(), count);
      rows[row] +=
          fmt::format("{:>12}", leaks ? fmt::format("{:.0f}/{}", share, thousands(median(times)))
                                      : fmt::format("{:.1f}", share));
    }
  }
  fmt::print("{}\n", header);
  for (const std::string& row : rows) fmt::print("{}\n", row);
  for (const Rival& rival : rivals()) fmt::print("  {}: {}\n", rival.name, rival.rule);
}

// --- The ladder alone --------------------------------------------------------------------------

Tally print_clean(const Mixture& mixture, std::size_t count, std::uint64_t seed) {
  const Tally tally = climb_all(mixture, count, seed);
  fmt::print(
      "  {:24} LEAK {}/{} (95 % upper {:.3f} %)  CLEAN {:5.1f} %  INC {:5.1f} %  median to CLEAN "
      "{}\n",
      mixture.name, tally.leaks, count, 100 * upper_bound(tally.leaks, count),
      percent(tally.clean, count), percent(tally.inconclusive(), count),
      thousands(median(tally.operations_to_clean)));
  return tally;
}

Tally print_clean_kinds(std::span<const Kind> own_noises, std::span<const Kind> own_trends,
                        std::size_t count, std::uint64_t seed) {
  Tally sum;
  for (const Kind& noise : own_noises)
    sum.add(print_clean({std::string(noise.name), {&noise}}, count, seed));
  for (const Kind& trend : own_trends)
    sum.add(print_clean({std::string(trend.name), all(own_noises), {&trend}}, count, seed));
  return sum;
}

void print_power(const Kind& noise, std::size_t count, std::uint64_t seed) {
  fmt::print("  {:14}", noise.name);
  for (const double rate : {0.5, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0}) {
    const Mixture mixture{fmt::format("{} + {}", noise.name, rate), {&noise}, {nullptr}, {rate}};
    const Tally tally = climb_all(mixture, count, seed);
    fmt::print(" | r={:g}: L{:.0f} C{:.0f} n={} cov{:.0f} err{:.1f}%", rate,
               percent(tally.leaks, count), percent(tally.clean, count),
               thousands(median(tally.operations_to_leak)), percent(tally.covered, tally.leaks),
               100 * median(tally.errors));
  }
  fmt::print("\n");
}

/// Runs of 4 memory-like resources and 8 counters.
struct Family {
  std::size_t leaks = 0, inconclusive = 0;
};

Family judge_families(std::size_t count, std::uint64_t seed) {
  const auto noisy = all(noises());
  const Mixture memory{"family memory", noisy, {nullptr, &transients()[0], &transients()[2]}};
  const Mixture counter{"family counts", {nullptr}, all(counts()), {}, true};
  Family family;
  for (const Family& one : in_parallel(count, [&](std::size_t run) {
         Family result;
         for (std::size_t i = 0; i < 12; ++i) {
           const Verdict verdict = climb(i < 4 ? memory : counter, run * 12 + i, seed).last.verdict;
           result.leaks |= verdict == Verdict::kFail;
           result.inconclusive |= verdict == Verdict::kInconclusive;
         }
         return result;
       })) {
    family.leaks += one.leaks;
    family.inconclusive += one.inconclusive;
  }
  return family;
}

/// Share of quiet daemons found that leak at twice the detection limit that a clean run states.
Tally at_twice_the_limit(bool is_count, std::size_t count, std::uint64_t seed) {
  Mixture mixture{"twice the limit", {&noises()[0]}, {nullptr}, {}, is_count};
  mixture.leak.per_operation = 2 * climb(mixture, 0, seed).last.detection_limit;
  return climb_all(mixture, count, seed);
}

void promise(const std::string& what, bool is_kept, const std::string& measured) {
  fmt::print("  {} {}: {}\n", is_kept ? "kept  " : "MISSED", what, measured);
}

void promise_recall(const std::string& what, const Tally& tally, double least) {
  promise(what, percent(tally.leaks, tally.series) >= least,
          fmt::format("{}/{} ({:.1f} %)", tally.leaks, tally.series,
                      percent(tally.leaks, tally.series)));
}

void print_reach(const Tally& clean, std::size_t count, std::uint64_t seed) {
  fmt::print("\nReach\n");
  promise("false LEAK on in-scope clean series, at most 1 in 10 000",
          clean.leaks * 10'000 <= clean.series,
          fmt::format("{} in {} (95 % upper {:.4f} %)", clean.leaks, clean.series,
                      100 * upper_bound(clean.leaks, clean.series)));
  const std::size_t runs = 4 * count;
  const Family family = judge_families(runs, seed);
  promise("false LEAK on runs of 12 resources, at most 0.1 %",
          1000 * upper_bound(family.leaks, runs) <= 1,
          fmt::format("{} in {} (95 % upper {:.3f} %), {:.1f} % with an inconclusive resource",
                      family.leaks, runs, 100 * upper_bound(family.leaks, runs),
                      percent(family.inconclusive, runs)));
  promise_recall("quiet memory at twice the detection limit, 100 %",
                 at_twice_the_limit(false, count, seed), 100);
  promise_recall("quiet counters at twice the detection limit, 100 %",
                 at_twice_the_limit(true, count, seed), 100);
  Tally covered;
  for (const std::size_t noise : {5u, 3u}) {
    const Mixture mixture{"recall", {&noises()[noise]}, {nullptr}, {100}};
    const Tally tally = climb_all(mixture, count, seed);
    promise_recall(fmt::format("100 B/op under {}, at least 95 %", noises()[noise].name), tally,
                   95);
    covered.add(tally);
  }
  for (const double rate : {1.0, 10.0, 100.0, 1000.0})
    covered.add(climb_all({"coverage", all(noises()), {nullptr}, {rate}}, count, seed));
  for (const double share : {0.01, 0.1})
    covered.add(climb_all({"rare", {&noises()[0]}, {nullptr}, {10, share}}, count, seed));
  promise("99 % interval holds the truth, at least 97 %",
          97 * covered.leaks <= 100 * covered.covered,
          fmt::format("{:.2f} % of {}", percent(covered.covered, covered.leaks), covered.leaks));

  const auto median_leak = [&](const char* what, const Leak& leak, bool is_count,
                               std::uint64_t most) {
    const Tally tally = climb_all({what, {&noises()[0]}, {nullptr}, leak, is_count}, count, seed);
    const double at = median(tally.operations_to_leak);
    promise(fmt::format("median operations to {}, at most {}", what, most),
            at > 0 && at <= static_cast<double>(most), fmt::format("{:.0f}", at));
  };
  median_leak("LEAK of 10 B/op", {10}, false, kBudget / 4);
  median_leak("obvious LEAK, 1 item/op", {1}, true, kBudget / 16);
  median_leak("obvious LEAK, 4 KiB/op", {4096}, false, kBudget / 16);
  for (const bool is_count : {false, true}) {
    const Tally tally = climb_all({"quiet", {&noises()[0]}, {nullptr}, {}, is_count}, count, seed);
    const double at = median(tally.operations_to_clean);
    promise(fmt::format("median operations to CLEAN, quiet {}, at most N/8",
                        is_count ? "counter" : "memory"),
            at > 0 && at <= static_cast<double>(kBudget) / 8, fmt::format("{:.0f}", at));
  }
  for (const Kind& cache : caches()) {
    const auto never = [&](const char* how, const std::vector<const Kind*>& under) {
      const Tally tally =
          climb_all({fmt::format("{} {}", how, cache.name), under, {&cache}}, count, seed);
      promise(fmt::format("a {} {} is never a LEAK while it decelerates", how, cache.name),
              tally.leaks == 0,
              fmt::format("{} in {} ({:.3f} %)", tally.leaks, count, percent(tally.leaks, count)));
    };
    never("quiet", {&noises()[0]});
    never("noisy", all(noises()));
    never("held-out noisy", all(held_out_noises()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  const std::uint64_t seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1;
  const auto begin = std::chrono::steady_clock::now();
  print_table(std::max<std::size_t>(count / 10, 24), seed);

  fmt::print("\nThe ladder on clean series in scope, alpha 0.1 % among 12 resources\n");
  Tally clean = print_clean_kinds(noises(), transients(), count, seed);
  clean.add(print_clean({"log-cache", all(noises()), {&caches()[0]}}, count, seed));
  for (const Kind& kind : counts())
    clean.add(print_clean({std::string(kind.name), {nullptr}, {&kind}, {}, true}, count, seed));
  fmt::print("\nThe same on later kinds, in view when constants were chosen\n");
  clean.add(print_clean_kinds(later_noises(), later_transients(), count, seed));
  fmt::print("\nThe same on kinds held out\n");
  const Tally held_out = print_clean_kinds(held_out_noises(), held_out_transients(), count, seed);
  fmt::print("  held out, together: LEAK {}/{} (95 % upper {:.4f} %)\n", held_out.leaks,
             held_out.series, 100 * upper_bound(held_out.leaks, held_out.series));
  clean.add(held_out);

  fmt::print(
      "\nPower by noise: L % called, C % passed, median operations, % of intervals that hold "
      "the truth, median error\n");
  for (const Kind& noise : noises()) print_power(noise, std::max<std::size_t>(count / 4, 50), seed);
  for (const auto kinds : {later_noises(), held_out_noises()})
    for (const Kind& noise : kinds) print_power(noise, std::max<std::size_t>(count / 4, 50), seed);

  print_reach(clean, count, seed);
  fmt::print("\n{:.0f} s\n",
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
