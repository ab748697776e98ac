// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the floors of an octave, gives the evidence that they rise: Kendall's rank test,
/// made safe against one level shift anywhere.
///
/// Source: M. G. Kendall, "A new measure of rank correlation", Biometrika 30 (1938); "Rank
/// Correlation Methods", 4th ed. (1975), chapter 5 for the variance under ties.

#include "judge/floors.h"

#include <span>

namespace watertight::judge {

/// Kendall's score of a series in its order, and the score's variance where the order is random.
struct KendallScore {
  double score = 0;     ///< S = sum over i < j of sign(y_j - y_i).
  double variance = 0;  ///< V = [n(n-1)(2n+5) - sum over groups of t equals of t(t-1)(2t+5)] / 18.
};

/// At most 64 floors.
KendallScore kendall_score(std::span<const Floor> floors);

/// z = min over cuts c of (S_c - 1) / sqrt(V_c), where S_c and V_c add the scores and the variances
/// of the two segments before and after c; "no cut" is one of the cuts. The 1 is the correction for
/// continuity. A shift of level at c adds nothing to S_c: one warm-up step makes no trend. 0 where
/// all floors are equal.
double segmented_kendall_z(std::span<const Floor> floors);

/// z, less what neighbours owe each other: for rho > 0.3, z * sqrt((1 - rho) / (1 + rho)), where
/// rho is the correlation of neighbours. The effective sample size of a first-order autoregression
/// (G. V. Bayley, J. M. Hammersley, Supplement to J. R. Stat. Soc. 8, 1946), which K. H. Hamed and
/// A. R. Rao (J. Hydrology 204, 1998) bring into Kendall's test; a heuristic for 16 floors.
double corrected_for_correlation(double z, double rho);

}  // namespace watertight::judge
