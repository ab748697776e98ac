// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes floors, gives the rate at which they rise, with an interval.
///
/// Source: P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", J. Am.
/// Stat. Assoc. 63 (1968), for the slope and its interval; W. K. Newey, K. D. West, Econometrica 55
/// (1987), for the long-run variance with Bartlett's weights.

#include "judge/floors.h"

#include <span>

namespace watertight::judge {

/// Per operation.
struct SenLine {
  double slope = 0;  ///< Median of (y_j - y_i) / (x_j - x_i) over all pairs i < j.
  double low = 0;   ///< With M pairs in order and C = z sqrt(V), V of Kendall: the ((M-C)/2)-th …
  double high = 0;  ///< … and the ((M+C)/2 + 1)-th, ranks rounded outwards.
};

/// Two floors at least, 64 at most; zero with fewer.
SenLine sen_line(std::span<const Floor> floors, double z);

/// Correlation of each floor's distance from the line of this slope with the next one's; 0 where
/// the floors lie on the line.
double neighbour_correlation(std::span<const Floor> floors, double slope);

/// Standard error of the mean rate by the long-run variance of the k steps between floors. With e_i
/// = step i less mean rate times its operations, g_l = sum of e_i e_(i+l) / k and L =
/// floor(k^(1/3)): sqrt(k (g_0 + 2 sum over l <= L of (1 - l/(L+1)) g_l)) / operations. It sees
/// what Sen's interval cannot: leaks in one operation of a hundred. 0 with fewer than three floors.
double long_run_error(std::span<const Floor> floors);

/// Quantiles of a 99 % interval.
struct IntervalQuantiles {
  double normal = 2.576;   ///< P(|Z| > normal) = 1 %.
  double student = 2.947;  ///< The same for Student's t of 15 degrees.
};

/// A rate per operation.
struct RateEstimate {
  double rate = 0;   ///< Sen's slope.
  double low = 0;    ///< 99 % interval: the hull of Sen's interval and rate ± student * error, …
  double high = 0;   ///< … widened by a quantum over the operations on either side.
  double error = 0;  ///< long_run_error of the sub-blocks.
  double block_error = 0;  ///< The same of the blocks: less of it is noise that comes and goes.
  double correlation = 0;  ///< neighbour_correlation.
  /// Distance of Sen's upper end from the rate, times sqrt((1+rho)/(1-rho)) for rho > 0.1, at most
  /// 0.9.
  double noise = 0;
  /// rate + noise, 0 at least (what falls may hide what leaks), plus 3 quanta over the operations:
  /// an event that was not seen in W operations has a rate below 3/W at 95 %.
  double upper_bound = 0;
};

/// `width`: operations that the floors cover. `sub_blocks` may be the same as `blocks`.
RateEstimate estimate_rate(std::span<const Floor> blocks, std::span<const Floor> sub_blocks,
                           double quantum, double width, const IntervalQuantiles& quantiles);

}  // namespace watertight::judge
