// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The gates between significant growth and a leak. Floors that rise are not enough: caches,
/// pools and heaps that warm up rise as well. A leak goes on at the same rate; they do not.

#include "judge/slope.h"

#include <cstdint>
#include <optional>
#include <span>

namespace watertight::judge {

/// What is remembered of an octave.
struct OctaveSummary {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  Floor first, last;     ///< Of its blocks.
  double mean_rise = 0;  ///< From one sample to the next.
  RateEstimate rate;
  bool is_significant = false;
  bool is_linear = false;
  bool never_falls = false;  ///< From floor to floor.
};

/// From the first floor to the last at least 4 quanta, and twice the mean rise between samples:
/// sampled every so many operations, a saw-tooth of nearly constant period shows floors that creep
/// up within one such rise, for as long as the two periods beat.
bool is_material(const OctaveSummary& octave, double quantum);

/// Sen's slope of the later half of the floors is at least 0.75 of that of the earlier half.
bool is_linear(std::span<const Floor> floors);

/// No floor is lower than the one before.
bool never_falls(std::span<const Floor> floors);

/// The part of a growth that goes on for ever, at the low end of its interval, or empty where the
/// growth fades or too little is known of the octaves before.
///
/// With r the rate of `octave`, r1 and r2 those of the two octaves before, and e, e1, e2 standard
/// errors (of Sen's slope, or of the steps where nothing falls):
/// - Growth must be seen not to slow down as a root does (r = 0.71 r1 = 0.5 r2):
///   r - 0.8 r1 > 1.645 sqrt(e^2 + (0.8 e1)^2) and r - 0.64 r2 > sqrt(e^2 + (0.64 e2)^2).
/// - It decelerates when r < 0.75 r1, or r < 0.97 r1 and
///   r1 - r > 1.96 sqrt(se^2 + se1^2) + 2 quantum / operations. Then a constant part must remain:
///   r >= 0.85 r1, and with d1 = r2 - r1, d2 = r1 - r, x = d2 / d1 Aitken's extrapolation
///   r_inf = r - d2 x / (1 - x) must be at least 0.5 r, for 0 < x <= 0.6. Over octaves it is exact
///   for caches that grow as a logarithm or a power: r_inf = 0; it is negative for those that
///   saturate. (A. C. Aitken, Proc. R. Soc. Edinburgh 46, 1926.)
std::optional<double> lasting_rate(const OctaveSummary& octave,
                                   const std::optional<OctaveSummary>& previous,
                                   const std::optional<OctaveSummary>& before, double quantum);

/// The octave before rose less than 0.75 as fast. A high-water mark hides all growth below it, and
/// what comes out from behind it says nothing of the pace before.
bool was_hidden(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous);

/// Growth of at least `big` since the start of the octave before, which was significant and linear
/// as well: so much that no clean pool is expected to reach it.
bool is_big(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous, double big);

/// Growth per operation from end to end, steps included: what doubles grows in steps, one an
/// octave, and a test that forgives one shift an octave forgives all of them. Over the last three
/// octaves; or, where that is less, over the last two and the step into them: a step that two quiet
/// octaves followed was warm-up.
double end_to_end_rate(const OctaveSummary& octave, const std::optional<OctaveSummary>& previous,
                       const std::optional<OctaveSummary>& before);

}  // namespace watertight::judge
