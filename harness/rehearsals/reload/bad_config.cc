// SPDX-License-Identifier: Apache-2.0
#include "posix/file.h"
#include "rehearsals/reload/checks.h"
#include "rehearsals/reload/configuration.h"
#include "rehearsals/reload/possessions.h"
#include "rehearsals/stage.h"

#include <fmt/format.h>

#include <csignal>

namespace watertight::rehearsals {
namespace {

constexpr std::string_view kGarbage = "\x7f} = this is no configuration { [ < ;\n\"unclosed\n";

}  // namespace

CheckResult reload_bad_config(const Scenario& scenario, const Interrupted& interrupted) {
  const auto file = find_configuration(scenario);
  if (!file)
    return not_applicable(
        "needs its configuration: a [[file]] that the command names, or with configuration = true");
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const auto path = path_in(stage.site()->state(), stage.site()->scenario().files[*file]);
  posix::write_file(path, kGarbage);  // In place: the owner stays.
  const Reloaded reloaded = reload_once(*daemon, path, interrupted);
  if (stage.is_interrupted()) return stage.trouble();

  const std::string name = path.filename().native();
  if (!reloaded.is_alive) {
    CheckResult end = judge_end(*daemon, 1);
    if (end.verdict != Verdict::kFail) {
      if (!reloaded.was_read) return end;
      end = failed("", end.evidence);
    }
    const auto status = daemon->exit_status();
    end.summary = fmt::format("a mistake in {} ends it at SIGHUP: it {}", name,
                              status ? status->describe() : "ended");
    return end;
  }
  if (!reloaded.was_read)
    return not_applicable(fmt::format("it does not read {} again at SIGHUP", name));
  if (!reloaded.is_well())
    return failed(fmt::format("after a SIGHUP with a mistake in {} {}", name, reloaded.describe()),
                  describe_hang(*daemon));
  CheckResult result = passed(
      fmt::format("reads {} again, which makes no sense any more, and goes on with what it had; "
                  "would have caught one that ends or stops serving",
                  name));
  result.evidence = log_evidence(*daemon);
  return result;
}

}  // namespace watertight::rehearsals
