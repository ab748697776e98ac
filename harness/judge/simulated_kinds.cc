// SPDX-License-Identifier: Apache-2.0
#include "judge/simulator.h"

#include <algorithm>
#include <array>
#include <numbers>
#include <vector>

namespace watertight::judge {
namespace {

constexpr double kPage = 4096;
constexpr double kSettled = 16384;  // Operations: a sixteenth of the budget.

double none(double /*operations*/, Random& /*random*/) { return 0; }

Process autoregressive(double memory, double deviation) {
  const double innovation = std::sqrt(1 - memory * memory);
  return [=, level = 0.0, has_begun = false](double, Random& random) mutable {
    level = has_begun ? memory * level + innovation * random.normal() : random.normal();
    has_begun = true;
    return deviation * level;
  };
}

/// Garbage of `rate` bytes an operation, collected after about `period` operations.
Process collected(double rate, double period, double jitter) {
  return [=, next = 0.0, last = 0.0](double n, Random& random) mutable {
    if (next == 0) next = period * random.uniform();
    while (n >= next) {
      last = next;
      next += period * (1 + jitter * random.uniform(-1, 1));
    }
    return rate * (n - last);
  };
}

/// Sessions that arrive with each operation and live exponentially long: as an autoregression of
/// whole numbers, M/M/infinity.
Process sessions(double lifetime, double bytes) {
  const double ends = 1 - std::exp(-static_cast<double>(SimulatedSeries::kRound) / lifetime);
  return [=, live = -1.0](double, Random& random) mutable {
    if (live < 0) live = lifetime;
    const double leaving = live * ends + std::sqrt(live * ends * (1 - ends)) * random.normal();
    const double coming = lifetime * ends + std::sqrt(lifetime * ends) * random.normal();
    live = std::max(0.0, std::round(live - leaving + coming));
    return bytes * live;
  };
}

/// A heap that gives memory back only when much of it is free.
Process trimmed(double memory, double deviation, double slack) {
  return [=, need = autoregressive(memory, deviation), resident = 0.0](double n,
                                                                       Random& random) mutable {
    const double needed = std::max(0.0, 3 * deviation + need(n, random));
    resident = std::max(resident, needed);
    if (resident > needed + slack) resident = needed;
    return resident;
  };
}

Process stepping(std::vector<std::array<double, 2>> steps) {  // {operations, height}
  return [=](double n, Random&) {
    double sum = 0;
    for (const auto& [at, height] : steps) sum += n >= at ? height : 0;
    return sum;
  };
}

Process saturating(double size, double scale, double power) {
  return [=](double n, Random&) { return size * (1 - std::exp(-std::pow(n / scale, power))); };
}

Process filling(double rate, double full) {
  return [=](double n, Random&) { return rate * std::min(n, full); };
}

const Kind kNoises[] = {
    {"quiet", [](Random&) -> Process { return none; }},
    {"hwm-lognormal",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(1, 100) * kPage;
       return [=](double, Random& random) { return scale * std::exp(random.normal()); };
     },
     true},
    {"hwm-pareto",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(1, 50) * kPage, tail = start.uniform(1.5, 3);
       return [=](double, Random& random) { return scale * std::pow(random.uniform(), -1 / tail); };
     },
     true},
    {"ar1",
     [](Random& start) -> Process {
       return autoregressive(start.uniform(0, 0.98), start.log_uniform(1, 200) * kPage);
     }},
    {"t2",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(1, 50) * kPage;
       return [=](double, Random& random) { return scale * random.student(2); };
     }},
    {"sawtooth",
     [](Random& start) -> Process {
       const double period = start.log_uniform(256, kSettled);
       return collected(start.log_uniform(10, 2000) * kPage / period, period,
                        start.uniform(0, 0.3));
     }},
};

const Kind kLaterNoises[] = {
    {"sessions",
     [](Random& start) -> Process {
       return sessions(start.log_uniform(200, 4000), start.log_uniform(256, 32768));
     }},
    {"batch-job",
     [](Random& start) -> Process {
       const double dwell = start.log_uniform(200, 3000), height = start.log_uniform(10, 500);
       return [=, is_on = false](double, Random& random) mutable {
         if (random.chance(SimulatedSeries::kRound / dwell)) is_on = !is_on;
         return is_on ? height * kPage : 0;
       };
     }},
    {"bursts",
     [](Random& start) -> Process {
       const double keeps = std::exp(-64 / start.log_uniform(100, 2000));
       const double often = start.log_uniform(0.002, 0.2), scale = start.log_uniform(5, 100);
       return [=, level = 0.0](double, Random& random) mutable {
         level *= keeps;
         if (random.chance(often)) level += scale * kPage * std::pow(random.uniform(), -1 / 1.5);
         return level;
       };
     }},
    {"laplace-ar",
     [](Random& start) -> Process {
       const double memory = start.uniform(0.3, 0.95), scale = start.log_uniform(1, 100) * kPage;
       return [=, level = 0.0](double, Random& random) mutable {
         level = memory * level + (random.chance(0.5) ? 1 : -1) * random.exponential();
         return scale * level;
       };
     }},
    {"t1.5",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(0.5, 20) * kPage;
       return [=](double, Random& random) { return scale * random.student(1.5); };
     }},
    {"generations",
     [](Random& start) -> Process {
       const double minor = start.log_uniform(200, 1000), major = minor * start.uniform(3, 8);
       const Process young = collected(start.log_uniform(10, 500) * kPage / minor, minor, 0.1);
       const Process old = collected(start.log_uniform(10, 500) * kPage / major, major, 0.2);
       return [=](double n, Random& random) { return young(n, random) + old(n, random); };
     }},
    {"breathing",
     [](Random& start) -> Process {
       const double period = start.log_uniform(500, 8000), height = start.log_uniform(5, 200);
       const Process rest = autoregressive(start.uniform(0, 0.9), start.log_uniform(1, 20) * kPage);
       return [=](double n, Random& random) {
         return height * kPage * std::sin(2 * std::numbers::pi * n / period) + rest(n, random);
       };
     }},
    {"trimmed-heap",
     [](Random& start) -> Process {
       return trimmed(start.uniform(0.5, 0.95), start.log_uniform(5, 100) * kPage, 132 * 1024);
     }},
    {"two-speeds",
     [](Random& start) -> Process {
       const double deviation = start.log_uniform(1, 100) * kPage;
       const Process fast = autoregressive(start.uniform(0.2, 0.8), deviation);
       const Process slow = autoregressive(start.uniform(0.9, 0.99), deviation / 2);
       return [=](double n, Random& random) { return fast(n, random) + slow(n, random); };
     }},
    {"lognormal-spikes",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(0.5, 20) * kPage, shape = start.uniform(1, 2);
       return [=](double, Random& random) { return scale * std::exp(shape * random.normal()); };
     }},
    {"worker-levels",
     [](Random& start) -> Process {  // So many workers as there is work: a walk between bounds.
       const double most = std::floor(start.uniform(4, 32)), bytes = start.log_uniform(4, 256);
       const double moves = start.uniform(0.2, 0.9);
       return [=, workers = std::floor(most / 2)](double, Random& random) mutable {
         if (random.chance(moves)) workers += random.chance(0.5) ? 1 : -1;
         workers = std::clamp(workers, 1.0, most);
         return workers * bytes * kPage;
       };
     }},
    {"decaying-arenas",
     [](Random& start) -> Process {  // Freed at once, given back by and by, then freed again.
       const double period = start.log_uniform(1000, 8000), height = start.log_uniform(10, 500);
       const double tail = start.uniform(0.5, 4);
       return [=](double n, Random& random) {
         const double phase = std::fmod(n + period * 0.05 * random.uniform(), period) / period;
         return height * kPage * std::exp(-tail * phase);
       };
     }},
    {"uniform-average",
     [](Random& start) -> Process {
       const std::size_t window = 4 + start.below(60);
       const double scale = start.log_uniform(5, 500) * kPage;
       return [=, last = std::vector<double>(window), i = std::size_t{0}, sum = 0.0](
                  double, Random& random) mutable {
         sum -= last[i % window];
         sum += last[i % window] = random.uniform();
         ++i;
         return scale * sum / static_cast<double>(window);
       };
     }},
};

const Kind kTransients[] = {
    {"warm-up",
     [](Random& start) -> Process {
       return saturating(start.log_uniform(0.1e6, 20e6), start.uniform(500, kSettled / 4), 1);
     }},
    {"pool",
     [](Random& start) -> Process {
       return filling(start.log_uniform(1, 500), start.uniform(500, kSettled));
     }},
    {"steps",
     [](Random& start) -> Process {
       std::vector<std::array<double, 2>> steps;
       for (std::uint64_t i = start.below(3) + 1; i > 0; --i)
         steps.push_back({start.uniform(0, 200'000), start.log_uniform(10, 2000) * kPage});
       return stepping(steps);
     }},
    {"lazy-pages",
     [](Random& start) -> Process {  // Each of the pages is touched by one operation in so many.
       return saturating(std::floor(start.log_uniform(10, 2000)) * kPage,
                         start.uniform(300, kSettled / 6), 1);
     }},
};

const Kind kLaterTransients[] = {
    {"slow-start",
     [](Random& start) -> Process {
       return saturating(start.log_uniform(0.1e6, 20e6), start.uniform(100, 600), 0.6);
     }},
    {"lru-cache",
     [](Random& start) -> Process {
       const double full = start.uniform(2000, kSettled), power = start.uniform(0.5, 0.9);
       const double size = start.log_uniform(0.1e6, 10e6);
       return [=](double n, Random&) { return size * std::pow(std::min(n, full) / full, power); };
     }},
    {"jit-tiers",
     [](Random& start) -> Process {
       std::vector<std::array<double, 2>> steps;
       const double height = start.log_uniform(5, 500) * kPage;
       for (double at = start.uniform(100, 300); at < kSettled; at *= start.uniform(1.5, 3))
         steps.push_back({at, height * start.uniform(0.5, 1.5)});
       return stepping(steps);
     }},
    {"release",
     [](Random& start) -> Process {  // Start-up memory that is given back.
       const double size = start.log_uniform(0.1e6, 10e6), scale = start.uniform(300, 4000);
       return [=](double n, Random&) { return size * std::exp(-n / scale); };
     }},
    {"hyperbolic",
     [](Random& start) -> Process {
       const double size = start.log_uniform(0.1e6, 5e6), scale = start.uniform(50, 500);
       return [=](double n, Random&) { return size * n / (n + scale); };
     }},
    {"two-pools",
     [](Random& start) -> Process {
       const double first = start.uniform(500, 6000), second = start.uniform(6000, kSettled);
       const double rate = start.log_uniform(1, 300);
       return [=](double n, Random&) {
         return rate * std::min(n, first) + rate * std::clamp(n - first, 0.0, second - first) / 2;
       };
     }},
};

// Nothing in the rule may be changed to suit the next two lists: then they are no longer held out.
const Kind kHeldOutNoises[] = {
    {"pareto-needs",
     [](Random& start) -> Process {  // Of a mean that hardly exists.
       const double scale = start.log_uniform(0.5, 10) * kPage, tail = start.uniform(1.1, 2);
       return [=](double, Random& random) { return scale * std::pow(random.uniform(), -1 / tail); };
     }},
    {"t1",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(0.2, 10) * kPage;
       return [=](double, Random& random) { return scale * random.student(1); };
     }},
    {"square-root-diffusion",
     [](Random& start) -> Process {  // Its noise grows with its level, as that of queues does.
       const double mean = start.log_uniform(20, 500), pull = start.uniform(0.02, 0.3);
       const double spread = start.uniform(0.5, 2);
       return [=, level = mean](double, Random& random) mutable {
         const double now = std::max(0.0, level);
         level = now + pull * (mean - now) + spread * std::sqrt(now) * random.normal();
         return std::max(0.0, level) * kPage;
       };
     }},
    {"overlapping-jobs",
     [](Random& start) -> Process {  // Each holds its memory for a time of its own length.
       const double height = start.log_uniform(2, 100) * kPage;
       const std::array<double, 3> dwell = {start.log_uniform(100, 500),
                                            start.log_uniform(500, 1500),
                                            start.log_uniform(1500, 4000)};
       return [=, is_on = std::array<bool, 3>{}](double, Random& random) mutable {
         double sum = 0;
         for (std::size_t i = 0; i < dwell.size(); ++i) {
           if (random.chance(SimulatedSeries::kRound / dwell[i])) is_on[i] = !is_on[i];
           sum += is_on[i] ? height * static_cast<double>(i + 1) : 0;
         }
         return sum;
       };
     }},
    {"hwm-gamma",
     [](Random& start) -> Process {
       const double scale = start.log_uniform(5, 200) * kPage;
       return [=](double, Random& random) {
         return scale * (random.exponential() + random.exponential());
       };
     },
     true},
};

const Kind kHeldOutTransients[] = {
    {"gompertz",
     [](Random& start) -> Process {  // Slow, fast, slow.
       const double size = start.log_uniform(0.1e6, 10e6), scale = start.uniform(400, 2500);
       return [=](double n, Random&) { return size * std::exp(-5 * std::exp(-n / scale)); };
     }},
    {"worker-arenas",
     [](Random& start) -> Process {  // One more arena each time that all workers are busy at once.
       const auto most = static_cast<double>(2 + start.below(30));
       const double bytes = start.log_uniform(20, 400) * kPage, often = start.uniform(0.02, 0.3);
       return [=, arenas = 1.0](double n, Random& random) mutable {
         if (n < kSettled && arenas < most && random.chance(often)) ++arenas;
         return arenas * bytes;
       };
     }},
};

const Kind kCaches[] = {
    {"log-cache",
     [](Random& start) -> Process {
       const double size = start.log_uniform(0.05e6, 2e6), first = start.log_uniform(10, 2000);
       return [=](double n, Random&) { return size * std::log1p(n / first); };
     }},
    {"sqrt-cache",
     [](Random& start) -> Process {
       const double size = start.log_uniform(2e3, 50e3);
       return [=](double n, Random&) { return size * std::sqrt(n); };
     }},
};

const Kind kSlow[] = {
    {"slow-cache",
     [](Random& start) -> Process {
       return saturating(start.log_uniform(1e6, 50e6), start.log_uniform(kSettled, 524'288), 1);
     }},
    {"slow-pool",
     [](Random& start) -> Process {
       return filling(start.log_uniform(5, 200), start.log_uniform(kSettled, 524'288));
     }},
    {"slow-gc",
     [](Random& start) -> Process {
       return collected(start.log_uniform(5, 200), start.log_uniform(kSettled, 524'288), 0.2);
     }},
};

const Kind kCounts[] = {
    {"flat", [](Random&) -> Process { return none; }},
    {"lazy-items",
     [](Random& start) -> Process {
       return saturating(start.log_uniform(2, 200), start.uniform(300, kSettled / 6), 1);
     }},
    {"item-pool",
     [](Random& start) -> Process {
       const double full = start.uniform(500, kSettled);
       return filling(start.log_uniform(2, 200) / full, full);
     }},
    {"item-steps",
     [](Random& start) -> Process {
       std::vector<std::array<double, 2>> steps;
       for (std::uint64_t i = start.below(3) + 1; i > 0; --i)
         steps.push_back({start.uniform(0, 200'000), std::ceil(start.log_uniform(1, 64))});
       return stepping(steps);
     }},
    {"workers",
     [](Random& start) -> Process {  // Started on demand, never ended.
       const double tail = start.uniform(2, 4);
       return [=](double, Random& random) {
         return std::min(64.0, std::floor(2 * std::pow(random.uniform(), -1 / tail)));
       };
     },
     true},
};

}  // namespace

std::span<const Kind> noises() { return kNoises; }
std::span<const Kind> later_noises() { return kLaterNoises; }
std::span<const Kind> transients() { return kTransients; }
std::span<const Kind> later_transients() { return kLaterTransients; }
std::span<const Kind> held_out_noises() { return kHeldOutNoises; }
std::span<const Kind> held_out_transients() { return kHeldOutTransients; }
std::span<const Kind> caches() { return kCaches; }
std::span<const Kind> slow_kinds() { return kSlow; }
std::span<const Kind> counts() { return kCounts; }

}  // namespace watertight::judge
