// SPDX-License-Identifier: Apache-2.0
#include "posix/syscall_name.h"
#include "proc/process.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/stage.h"
#include "trace/handler_audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;
using trace::HandlerRun;
using End = HandlerRun::End;

constexpr auto kMostForQuiet = 500ms;
/// What may be sent to a daemon that has a handler for it; the one that ends it last.
constexpr int kHarmless[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCHLD, SIGTERM};

std::string name_of(int signal) { return fmt::format("SIG{}", sigabbrev_np(signal)); }

std::string names_of(const std::vector<HandlerRun>& runs) {
  std::string names;
  for (const HandlerRun& run : runs) names += (names.empty() ? "" : ", ") + name_of(run.signal);
  return names;
}

std::string_view text_of(End end) {
  switch (end) {
    case End::kReturned:
      return "returns";
    case End::kNotDelivered:
      return "does not run: the signal is blocked, for signalfd(2) or sigwait(3)";
    case End::kOnlyInWaits:
      return "runs only within a wait that unblocks the signal, and so may call anything";
    case End::kLeft:
      return "does not return";
    case End::kBlocked:
      return "waits in its last system call";
    case End::kTooLong:
      return "goes on for long, and was left";
  }
  return "";
}

std::string describe(const HandlerRun& run) {
  std::string text = fmt::format("the handler of {} {}", name_of(run.signal), text_of(run.end));
  if (run.instructions > 0) text += fmt::format("; {} instructions", run.instructions);
  if (!run.functions.empty()) text += fmt::format("; calls {}", fmt::join(run.functions, ", "));
  if (run.calls.empty()) return text;
  constexpr std::size_t kMostCalls = 12;
  std::string calls;
  for (std::size_t i = 0; i < std::min(run.calls.size(), kMostCalls); ++i)
    calls += (calls.empty() ? "" : ", ") + posix::syscall_name(run.calls[i]);
  return text +
         fmt::format("; system calls {}{}", calls, run.calls.size() > kMostCalls ? ", …" : "");
}

/// One run of each handler of the main process.
class Audits {
 public:
  Audits(const Scenario& scenario, const Interrupted& interrupted)
      : scenario_(scenario), interrupted_(interrupted) {}

  /// Empty where all went; else what there is to say in their place.
  std::optional<CheckResult> take(trace::Look look) {
    std::optional<Stage> stage;
    std::optional<launch::Daemon> daemon;
    for (const int signal : kHarmless) {
      if (!daemon || !daemon->is_alive()) {
        daemon.reset();
        stage.emplace(scenario_, interrupted_);
        daemon = stage->start();
        if (!daemon) return stage->trouble();
      }
      wait_until_quiet(*daemon, kMostForQuiet);
      const auto status = proc::read_status(daemon->main().pid());
      if (!status || (status->caught >> (signal - 1) & 1) == 0) continue;
      auto run = trace::audit_handler(daemon->main().pid(), signal, look);
      if (const auto* refusal = std::get_if<trace::Refusal>(&run))
        return not_applicable(refusal->reason);
      runs_.push_back(std::move(std::get<HandlerRun>(run)));
      if (stage->is_interrupted()) return stage->trouble();
    }
    if (runs_.empty())
      return not_applicable("it has no handler for any signal that is safe to send");
    return std::nullopt;
  }

  const std::vector<HandlerRun>& runs() const { return runs_; }

  std::vector<std::string> evidence() const {
    std::vector<std::string> lines;
    for (const HandlerRun& run : runs_) lines.push_back(describe(run));
    return lines;
  }

  /// For those in which nothing was found: what was seen, or why nothing could be.
  CheckResult without_findings(std::string_view caught) const {
    CheckResult result;
    const auto ended = [this](End end) { return std::ranges::count(runs_, end, &HandlerRun::end); };
    if (const auto open = std::ranges::find_if(
            runs_,
            [](const auto& run) { return run.end == End::kBlocked || run.end == End::kTooLong; });
        open != runs_.end()) {
      result =
          inconclusive(fmt::format("{}: what it does after that was not seen", describe(*open)));
    } else if (ended(End::kNotDelivered) == static_cast<std::ptrdiff_t>(runs_.size())) {
      result = not_applicable("its handlers never run: signals come by signalfd(2) or sigwait(3)");
    } else {
      result = passed(fmt::format("the handlers of {} {}; would have caught {}", names_of(runs_),
                                  ended(End::kReturned) + ended(End::kLeft) > 0
                                      ? "call nothing that is unsafe there"
                                      : "run only within a wait that unblocks the signal",
                                  caught));
    }
    result.evidence = evidence();
    return result;
  }

 private:
  const Scenario& scenario_;
  const Interrupted& interrupted_;
  std::vector<HandlerRun> runs_;
};

}  // namespace

CheckResult signals_handler_safety(const Scenario& scenario, const Interrupted& interrupted) {
  Audits audits(scenario, interrupted);
  if (auto none = audits.take(trace::Look::kSteps)) return std::move(*none);
  std::string findings;
  for (const HandlerRun& run : audits.runs()) {
    if (run.functions.empty()) continue;
    findings += fmt::format("{}the handler of {} calls {}", findings.empty() ? "" : "; ",
                            name_of(run.signal), fmt::join(run.functions, ", "));
  }
  if (findings.empty())
    return audits.without_findings("malloc, printf, syslog, exit and their like");
  return failed(findings +
                    ", not async-signal-safe: set a flag or write to a pipe, and do the rest "
                    "in the loop",
                audits.evidence());
}

CheckResult signals_handler_syscalls(const Scenario& scenario, const Interrupted& interrupted) {
  Audits audits(scenario, interrupted);
  if (auto none = audits.take(trace::Look::kCalls)) return std::move(*none);
  std::string findings;
  for (const HandlerRun& run : audits.runs()) {
    if (run.signs.empty()) continue;
    findings += fmt::format("{}the handler of {} {}", findings.empty() ? "" : "; ",
                            name_of(run.signal), fmt::join(run.signs, ", "));
  }
  if (findings.empty())
    return audits.without_findings("memory from the kernel, a lock waited for, the system log");
  return failed(findings + ": set a flag or write to a pipe, and do the rest in the loop",
                audits.evidence());
}

CheckResult signals_errno(const Scenario& scenario, const Interrupted& interrupted) {
  Audits audits(scenario, interrupted);
  if (auto none = audits.take(trace::Look::kSteps)) return std::move(*none);
  std::string careless;
  bool made_calls = false;
  for (const HandlerRun& run : audits.runs()) {
    if (run.end != End::kReturned || run.calls.empty()) continue;
    made_calls = true;
    if (!run.saves_errno) careless += (careless.empty() ? "" : ", ") + name_of(run.signal);
  }
  if (!made_calls) return not_applicable("no handler that returns makes a system call");
  if (careless.empty()) {
    CheckResult result = passed(
        "handlers that make system calls look at errno before; would have "
        "caught one that does not");
    result.evidence = audits.evidence();
    return result;
  }
  return failed(fmt::format("the handler of {} makes system calls and does not save errno: what it "
                            "interrupts may see theirs",
                            careless),
                audits.evidence());
}

}  // namespace watertight::rehearsals
