// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes a report's series, gives what is drawn of it. Private to report/.

#include <watertight/report.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace watertight::report {

/// A sample of a resource after so many operations; one that was not measured has none.
struct Point {
  double operations = 0;
  std::optional<double> amount;
};

/// At most about `most` of the points: the first, the last, and of each stretch of operations
/// between them the least and the greatest, so that no peak and no floor is lost. Points are left
/// as they are where they are no more than that.
std::vector<Point> thin(const std::vector<Point>& points, std::size_t most);

/// The measured rate as lines through a point: the fitted one, and those of the ends of its
/// interval.
struct FittedLine {
  Point through;
  double rate = 0;  ///< Per operation, like the next two.
  double low = 0;
  double high = 0;
};

/// The least of a block of operations: a sixteenth of an octave. What leaks stays in it, what comes
/// and goes does not.
struct BlockFloor {
  double from = 0, to = 0;  ///< Operations.
  double amount = 0;
};

/// Of the octaves after `from` that end at `end`, halfway to it, and so on, as the judge has them;
/// a block without a measured sample has none.
std::vector<BlockFloor> block_floors(const std::vector<Point>& points, double from, double end);

/// The series behind a growth check.
struct Plot {
  std::string resource;  ///< `fds`: its column.
  std::string unit;      ///< `fd`, `byte`; empty where it is not known.
  std::vector<Point> points;
  std::vector<BlockFloor> floors;
  std::optional<FittedLine> line;  ///< Of growth; none for a check that passed.
  std::optional<double> decided_at_operations;
};

/// What `growth.fds` was judged by; nothing for a check without a series, or one without an amount.
/// Amounts that are not finite count as not measured.
std::optional<Plot> plot_of(const Report& report, const CheckResult& check);

}  // namespace watertight::report
