// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <watertight/report.h>

#include <ostream>

namespace watertight::report {

/// Writes the report as JUnit XML, in the part of it that Jenkins, GitLab and GitHub read alike: a
/// suite of one test case a check, classname = the daemon, name = the check's id.
///
/// JUnit knows no third word between passed and not, and only `pass` is shown as passed:
///   a check that fails the run                    `failure`, type `leak` or the check's group
///   inconclusive, which makes the run so          `error`, type `inconclusive`
///   a warning, a check expected to fail           `skipped`, type `warn` or `info`
///   inconclusive, where something failed as well  `skipped`, type `inconclusive`
///   not applicable                                `skipped`, type `not applicable`
/// Where the daemon or the harness did not hold up, or the run was ended, a case named `run` has
/// the `error`. Text of the daemon's is freed of what XML 1.0 cannot hold. Source: junit-10.xsd of
/// Jenkins' xUnit plugin; GitLab, "Unit test reports".
void write_junit(const Report& report, std::ostream& out);

}  // namespace watertight::report
