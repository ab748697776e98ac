// SPDX-License-Identifier: Apache-2.0
#include "judge/records.h"

#include <algorithm>

namespace watertight::judge {

double record_wealth(std::span<const Floor> floors) {
  double bold = 1, even = 1, patient = 1;
  for (std::size_t last = 1; last < floors.size(); ++last) {
    const std::size_t i = last + 1;
    const std::size_t top_third = (i + 2) / 3;
    std::size_t rank = 1;
    for (std::size_t j = 0; j < last; ++j) rank += floors[j].value >= floors[last].value;
    const double record = rank == 1 ? static_cast<double>(i) : 0;
    const double top =
        rank <= top_third ? static_cast<double>(i) / static_cast<double>(top_third) : 0;
    bold *= 0.1 + 0.9 * record;
    even *= 0.5 + 0.5 * record;
    patient *= 0.3 + 0.7 * top;
  }
  return (bold + even + patient) / 3;
}

double record_evidence(std::span<const Floor> floors) {
  double evidence = record_wealth(floors);
  for (std::size_t cut = 1; cut < floors.size(); ++cut) {
    evidence =
        std::min(evidence, record_wealth(floors.first(cut)) * record_wealth(floors.subspan(cut)));
  }
  return evidence;
}

}  // namespace watertight::judge
