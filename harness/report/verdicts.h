// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

namespace watertight::report {

/// Whether what the check found has a say in the verdict of the run. Warnings have none (unless
/// strict), nor has resident memory that stays unsettled where live heap has passed.
bool counts(const Report& report, const CheckResult& check);

}  // namespace watertight::report
