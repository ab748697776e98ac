// SPDX-License-Identifier: Apache-2.0
#include "report/sample_reports.h"

#include "report/quantity.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace watertight::report {
namespace {

CheckResult check(std::string id, Verdict verdict, std::string summary) {
  CheckResult result;
  result.id = std::move(id);
  result.verdict = verdict;
  result.summary = std::move(summary);
  return result;
}

CheckResult no_growth(const std::string& id, std::string_view unit, double limit) {
  CheckResult result =
      check(id, Verdict::kPass,
            fmt::format("no growth; would have caught {}", format_detection_limit(limit, unit)));
  result.detection_limit_per_operation = limit;
  result.decided_after_s = 3.9;
  result.decided_at_operations = 65536;
  return result;
}

CheckResult leaking_fds() {
  CheckResult result =
      check("growth.fds", Verdict::kFail,
            "leaks 1 fd per operation; the 1 024 descriptor limit is reached in 110 ms");
  result.rate = Rate{1.0, 0.99, 1.01, 9000, "fd"};
  result.decided_after_s = 0.4;
  result.decided_at_operations = 4096;
  result.exhausted_in_s = 0.11;
  result.blame = {{.share = 1,
                   .count = 4096,
                   .what = "/var/log/data.log",
                   .frames = {{"bad_loop", "/src/leaks_fd.c", 31, "/usr/bin/leaks_fd", 4660},
                              {"main", "/src/leaks_fd.c", 60, "/usr/bin/leaks_fd", 4800}},
                   .fingerprint = "0123456789abcdef"},
                  {.share = 0, .count = 1, .what = "/etc/hosts, read-only", .frames = {}}};
  result.evidence = {"12 fds after 1 024 operations, 4 108 after 5 120",
                     "+4 096 /var/log/data.log (regular file, opened for appending)"};
  return result;
}

}  // namespace

Report leaking_report() {
  Report report;
  report.name = "leaks_fd";
  report.command = {"./leaks_fd", "--port", "40123"};
  report.pid = 4711;
  report.ready_after_s = 0.03;
  report.containment = "subreaper";
  report.operations = 5120;
  report.failed_operations = 12;
  report.first_failure = "connect 127.0.0.1:40123: connection refused";
  report.stress_seconds = 1.2;
  report.stopped = "all verdicts in";

  CheckResult memory = check("growth.rss", Verdict::kFail, "leaks 96.0 ± 0.8 bytes per operation");
  memory.rate = Rate{96, 95.2, 96.8, 864000, "byte"};
  memory.consequence_of = "growth.fds";
  CheckResult children =
      check("growth.children", Verdict::kInconclusive,
            "grows ever more slowly, perhaps a cache; needs about 40 000 more operations");
  CheckResult files = check("growth.files", Verdict::kFail,
                            "leaves 3 temporary files; none grows with the operations");
  files.severity = Severity::kWarn;
  files.evidence = {"/tmp/leaks_fd.a1B2c3", "/tmp/leaks_fd.d4E5f6", "/tmp/leaks_fd.g7H8i9"};
  report.checks = {
      leaking_fds(),
      memory,
      check("growth.heap", Verdict::kNotApplicable, "needs the agent"),
      no_growth("growth.threads", "thread", 1.0 / 1024),
      children,
      files,
      no_growth("growth.zombies", "zombie", 1.0 / 1024),
      check("growth.ipc", Verdict::kNotApplicable, "sampled at window edges only"),
      check("growth.locks", Verdict::kNotApplicable, "sampled at window edges only"),
      check("shutdown.idle", Verdict::kPass,
            "ended 12 ms after SIGTERM with status 0; would have caught more than 5 s")};
  report.series = {{"operations", {1024, 2048, 4096, 5120}},
                   {"seconds", {0.1, 0.2, 0.45, 0.5}},
                   {"fds", {12, 1036, 3084, 4108}},
                   {"maps", {40, std::nullopt, std::nullopt, 40}}};
  return report;
}

Report clean_report() {
  Report report;
  report.name = "echo_good";
  report.command = {"./echo_good", "--port", "40123"};
  report.pid = 4712;
  report.ready_after_s = 0.012;
  report.containment = "cgroup";
  report.operations = 65536;
  report.stress_seconds = 4.1;
  report.stopped = "all verdicts in";
  report.checks = {
      no_growth("growth.fds", "fd", 1.0 / 4096), no_growth("growth.rss", "byte", 0.37),
      no_growth("growth.threads", "thread", 1.0 / 4096),
      check("growth.heap", Verdict::kNotApplicable, "needs the agent"),
      check("shutdown.idle", Verdict::kPass,
            "ended 12 ms after SIGTERM with status 0; would have caught more than 5 s")};
  return report;
}

Report unstartable_report() {
  Report report;
  report.name = "mydaemon";
  report.command = {"./mydaemon", "--port", "40123"};
  report.error =
      "the daemon ended with status 1 before it was ready\n"
      "run it by hand to see why: ./mydaemon --port 40123";
  report.log_tail = {"mydaemon 1.4 starting", "bind 127.0.0.1:40123: Address already in use"};
  return report;
}

Report interrupted_report() {
  Report report = clean_report();
  report.interrupted_by = 2;
  report.stopped = "interrupted";
  report.operations = 8192;
  report.stress_seconds = 0.9;
  report.checks = {check("growth.fds", Verdict::kInconclusive,
                         "no growth in 8 192 operations; needs about 4 000 more operations"),
                   check("growth.rss", Verdict::kInconclusive,
                         "no growth in 8 192 operations; needs about 57 000 more operations")};
  return report;
}

Report hostile_report() {
  const std::string hostile =
      "\x1B[2J\x1B]0;owned\a\x1B[31mred\x1B[0m \xC2\x9B"
      "2Kc1 bell\a nul" +
      std::string(1, '\0') +
      "</script><img src=x onerror='document.title=`owned`'>\u2028<script>document.title='owned';"
      "</script> \xFF\xC0\xAF cr\roverwritten \xE2\x80\xAEright-to-left";
  Report report;
  report.name = hostile;
  report.command = {"./" + hostile, std::string(300, 'x'), ""};
  report.error = "ended unexpectedly: " + hostile + "\n\n" + std::string(500, 'y');
  report.first_failure = hostile;
  report.operations = std::numeric_limits<std::uint64_t>::max();
  report.failed_operations = report.operations;
  report.stress_seconds = std::numeric_limits<double>::quiet_NaN();
  report.ready_after_s = std::numeric_limits<double>::infinity();
  report.stopped = hostile;
  report.log_tail.assign(500, hostile);
  CheckResult finding = leaking_fds();
  finding.id = hostile;
  finding.summary = hostile + std::string(200, 'z');
  finding.rate = Rate{std::numeric_limits<double>::infinity(), -1e300, 1e300, 0, hostile};
  finding.exhausted_in_s = std::numeric_limits<double>::quiet_NaN();
  finding.consequence_of = hostile;
  finding.blame.assign(9, {std::numeric_limits<double>::quiet_NaN(), 1, hostile,
                           std::vector<Frame>(99, {hostile, hostile, -1, hostile, 1})});
  finding.evidence.assign(500, hostile);
  finding.stacks.assign(99, {1, -1, hostile, 1, std::vector<Frame>(99, {hostile, hostile, -1})});
  report.stacks = finding.stacks;
  CheckResult growing = finding;
  growing.id = "growth." + hostile;
  report.checks = {finding, growing, check("", Verdict::kNotApplicable, ""),
                   check("quiet", Verdict::kPass, "")};
  report.series = {{"operations", {1, 2, 4}},
                   {hostile, {std::numeric_limits<double>::quiet_NaN(), std::nullopt, 1e300}}};
  return report;
}

Report long_report(std::size_t samples) {
  Report report = clean_report();
  report.name = "grows_slowly";
  CheckResult stop = check("shutdown.survivors", Verdict::kFail,
                           "1 of 3 processes lives on 200 ms after the main process has ended");
  stop.timeline = {
      {0, "SIGTERM"}, {0.031, "main process exited with 0"}, {0.231, "SIGKILL to what is left"}};
  report.checks.push_back(stop);
  report.invocation = {"watertight", "check",          "--stress", "http://127.0.0.1:{port}/a b",
                       "--",         "./grows_slowly", "--port",   "{port}"};
  report.operations = 64 * samples;
  const auto operations = static_cast<double>(report.operations);
  CheckResult heap =
      check("growth.heap", Verdict::kFail,
            "leaks 48.0 ± 0.1 bytes per operation; 6.6 MiB a day at 100 operations a minute");
  heap.rate = Rate{48, 47.4, 48.6, 432000, "byte"};
  heap.decided_after_s = 3.1;
  heap.decided_at_operations = report.operations * 3 / 4;
  const Frame main{"main", "/src/server/main.cc", 60, "/usr/bin/server", 4800};
  const Frame loop{"event_loop(Server&)", "/src/server/loop.cc", 214, "/usr/bin/server", 4900};
  const Frame request{"on_request(Request const&)", "/src/server/server.cc", 88, "/usr/bin/server",
                      5000};
  heap.blame = {
      {.share = 0.75,
       .count = 49152,
       .what = "blocks of 48 bytes, lost",
       .frames = {{"Session::Session()", "/src/server/session.cc", 31, "/usr/bin/server", 5100},
                  request,
                  loop,
                  main},
       .fingerprint = "0123456789abcdef"},
      {.share = 0.2,
       .count = 16384,
       .what = "blocks of 16 bytes, lost",
       .frames = {{"copy_name(char const*)", "/src/server/names.cc", 12, "/usr/bin/server", 5200},
                  request,
                  loop,
                  main},
       .fingerprint = "fedcba9876543210"},
      {.share = 0.05,
       .count = 512,
       .what = "blocks of 128 bytes, reachable",
       .frames = {{"log_line(Level, char const*)", "/src/server/log.cc", 77, "/usr/bin/server",
                   5300},
                  loop,
                  main},
       .fingerprint = "00112233445566ff"}};
  heap.evidence = {"at 9 000 operations a second: 35.6 GiB a day, 12.7 TiB a year",
                   "at 100 operations a minute: 6.6 MiB a day, 2.4 GiB a year"};
  std::erase_if(report.checks, [](const CheckResult& c) { return c.id == "growth.heap"; });
  report.checks.insert(report.checks.begin(), heap);
  for (CheckResult& passed : report.checks)
    if (passed.verdict == Verdict::kPass && passed.id.starts_with("growth."))
      passed.rate =
          Rate{0, -*passed.detection_limit_per_operation, *passed.detection_limit_per_operation, 0,
               passed.id == "growth.rss" ? "byte" : passed.id.substr(7, passed.id.size() - 8)};
  for (std::size_t i = 1; i <= samples; ++i) {
    const double at = 64.0 * static_cast<double>(i);
    const double wave = std::sin(static_cast<double>(i * i));
    report.series["operations"].push_back(at);
    report.series["heap"].push_back(std::round(1e6 + 48 * at + operations * wave));
    report.series["rss"].push_back(
        4096 * std::round(900 + 200 * (1 - std::exp(-at / operations * 20)) + 6 * wave));
    report.series["fds"].push_back(std::round(14 + 2 * wave));
    report.series["threads"].push_back(4);
  }
  return report;
}

Report large_report(std::size_t samples) {
  Report report = long_report(samples);
  report.name = "holds_everything";
  double phase = 0;
  for (const char* resource : {"unjoined_threads", "children", "zombies", "maps", "files",
                               "deleted_files", "close_wait", "ipc", "inner"}) {
    const CheckResult passed = no_growth(fmt::format("growth.{}", resource), resource, 0.001);
    std::erase_if(report.checks, [&](const CheckResult& c) { return c.id == passed.id; });
    report.checks.push_back(passed);
    phase += 1;
    for (const std::optional<double>& at : report.series["operations"])
      report.series[resource].push_back(std::round(20 + 4 * phase * std::sin(*at * phase)));
  }
  return report;
}

std::vector<Rule> sample_rules() {
  return {{"growth.fds", Severity::kFail, "descriptors do not grow", "No descriptor is left open.",
           "At its limit the daemon cannot accept.", "Close what you open."},
          {"growth.heap", Severity::kFail, "memory does not grow", "What is allocated is freed.",
           "The kernel kills what takes all memory.", "Free what you allocate."}};
}

std::map<std::string, Report> sample_reports() {
  return {{"leaking", leaking_report()},
          {"clean", clean_report()},
          {"unstartable", unstartable_report()},
          {"interrupted", interrupted_report()},
          {"hostile", hostile_report()},
          {"empty", Report{}},
          {"long", long_report(5000)}};
}

}  // namespace watertight::report
