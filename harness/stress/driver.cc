// SPDX-License-Identifier: Apache-2.0
#include "stress/driver.h"

namespace watertight::stress {

Tally& Tally::operator+=(const Tally& other) {
  attempted += other.attempted;
  failed += other.failed;
  if (first_failure.empty()) first_failure = other.first_failure;
  return *this;
}

}  // namespace watertight::stress
