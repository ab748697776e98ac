// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes the floors of an octave so far, gives evidence that they rise which may be looked at
/// after every block: an e-process on records, safe against one level shift anywhere.
///
/// Sources: A. Rényi, "Théorie des éléments saillants d'une suite d'observations" (1962): for
/// exchangeable values the events "the i-th is a record" are independent with chance 1/i, whatever
/// the law of the values; J. Ville, "Étude critique de la notion de collectif" (1939): a
/// non-negative martingale that starts at 1 ever reaches 1/a with chance a at most.

#include "judge/floors.h"

#include <span>

namespace watertight::judge {

/// The wealth of three gamblers who start with 1 between them and bet on records:
///
///     W = 1/3 [ prod (0.1 + 0.9 rec_i) + prod (0.5 + 0.5 rec_i) + prod (0.3 + 0.7 top_i) ], i
///     = 2..L
///
/// k_i = 1 + #{j < i: g_j >= g_i} is the rank of g_i from the top (an equal counts against it),
/// rec_i = i where k_i = 1, top_i = i / ceil(i/3) where k_i <= ceil(i/3), else 0. Every factor has
/// a mean of at most 1 while the floors are exchangeable, so W is an e-process.
double record_wealth(std::span<const Floor> floors);

/// E = min(W(all), min over cuts of W(before) W(after)): still an e-process where one shift of
/// level happened anywhere. Growth is significant at level a as soon as E >= 1/a.
double record_evidence(std::span<const Floor> floors);

}  // namespace watertight::judge
