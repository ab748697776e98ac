// SPDX-License-Identifier: Apache-2.0
#include "judge/quantiles.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace watertight::judge {
namespace {

/// Not by way of long double: Valgrind computes that as double, and Boost's tables for it would end
/// the program with an overflow before main().
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, InDouble>;
using StudentsT = boost::math::students_t_distribution<double, InDouble>;

}  // namespace

double upper_normal_quantile(double tail) {
  return boost::math::quantile(boost::math::complement(Normal(), tail));
}

double upper_student_quantile(double degrees, double tail) {
  return boost::math::quantile(boost::math::complement(StudentsT(degrees), tail));
}

}  // namespace watertight::judge
