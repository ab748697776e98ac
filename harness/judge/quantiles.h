// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The quantiles of the judge, computed once per judge. The only place that needs Boost.Math.

namespace watertight::judge {

/// z with P(Z > z) = `tail` for a standard normal Z. `tail` in (0, 1).
double upper_normal_quantile(double tail);

/// t with P(T > t) = `tail` for Student's T with `degrees` degrees of freedom. `tail` in (0, 1).
double upper_student_quantile(double degrees, double tail);

}  // namespace watertight::judge
