// SPDX-License-Identifier: Apache-2.0
// Every backend against the same leaks. A cell of the table either names function, file and line,
// first in its list, or says why it cannot; the black box, which knows no code, tells what the
// things are. ci/leak_table prints it.

#include "blame/agent.h"
#include "blame/black_box.h"
#include "blame/on_demand_leaks.h"
#include "blame/sanitizer.h"
#include "blame/test_leaks.h"
#include "blame/valgrind.h"
#include "launch/program.h"
#include "launch/site.h"
#include "posix/process.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace watertight::blame {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// More than the least that expect_culprit_first() wants to see, in rounds between which the agent
/// looks.
constexpr std::uint64_t kRounds = 8, kOperationsPerRound = 64;

constexpr const char* kMemcheckOnlySees = "it follows memory and descriptors";
constexpr const char* kSanitizersOnlySee = "they see memory that nothing refers to any more";
constexpr const char* kLeaksOnlySee = "it follows memory";
constexpr const char* kLeaksOnlyTell = "what grew is still referred to";

/// A leak, and what it is for those who cannot name its call site.
struct Row {
  std::string daemon;
  std::string resource;
  std::string function;
  std::string call;
  std::string source = daemon + ".c";
  std::string stress = "tcp:";
  std::string line = "hello\n";
  std::string memcheck_cannot = {};   ///< Why; empty: it names the culprit.
  std::string sanitizer_cannot = {};  ///< Why; empty: it names the culprit.
  std::string sanitizer = "address";
  std::string things = {};  ///< In the words of the black box; empty: it sees none of them.
  std::string folder = WATERTIGHT_SAMPLE_DAEMONS;

  Leak leak() const {
    return {folder + "/" + daemon, resource, function, source, call, stress, line};
  }
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.daemon << ' ' << row.resource; }

/// A daemon at work under nothing or the agent.
class Bench {
 public:
  explicit Bench(const Leak& leak, bool has_agent) : site_(prepare(scenario_of(leak))) {
    launch::Site::Start how;
    if (has_agent) how.agent_area = site_.folder().root() / "agent";
    if (has_agent) area_.emplace(how.agent_area);
    auto launched = site_.start(how);
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&launched))
      throw std::runtime_error(failure->message);
    daemon_.emplace(std::get<launch::Daemon>(std::move(launched)));
    workload_.emplace(*daemon_);
  }

  std::uint64_t work(std::uint64_t operations) {
    const auto tally = workload_->next_round(operations, std::nullopt, [] { return 0; });
    stress::wait_until_quiet([this] { return daemon_->processes(); }, std::chrono::seconds(1));
    return tally.attempted;
  }

  launch::Daemon& daemon() { return *daemon_; }
  probe::AgentArea& area() { return *area_; }

 private:
  static launch::Site prepare(const Scenario& scenario) {
    auto prepared = launch::Site::prepare(scenario);
    if (const auto* failure = std::get_if<launch::LaunchFailure>(&prepared))
      throw std::runtime_error(failure->message);
    return std::get<launch::Site>(std::move(prepared));
  }

  launch::Site site_;
  std::optional<probe::AgentArea> area_;
  std::optional<launch::Daemon> daemon_;
  std::optional<stress::Workload> workload_;
};

Answer ask_the_agent(const Leak& leak) {
  Bench bench(leak, true);
  Agent agent(bench.area());
  std::uint64_t operations = 0;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    agent.look(operations, bench.daemon().processes());
    operations += bench.work(kOperationsPerRound);
  }
  const Work work = [&](std::uint64_t more) { return bench.work(more); };
  return agent.explain({bench.daemon(), work, {leak.resource}, {}}, operations);
}

std::vector<Blame> look_from_outside(const Leak& leak) {
  Bench bench(leak, false);
  probe::Sampler sampler({.root = bench.daemon().guard_pid(),
                          .main = bench.daemon().main().pid(),
                          .state = bench.daemon().folder().state(),
                          .shared = {}});
  const auto look = [&] {
    sampler.take(0, 0, probe::Sampler::Depth::kWide);
    return take_inventory(sampler);
  };
  bench.work(kOperationsPerRound);
  const Inventory before = look();
  bench.work(kRounds * kOperationsPerRound);
  return find_grown(before, look(), probe::find_resource(leak.resource).value());
}

class LeakTable : public testing::TestWithParam<Row> {
 protected:
  /// What ci/leak_table prints.
  void fill_cell(const std::string& column, const std::string& text) {
    RecordProperty("row", GetParam().daemon + ", " + GetParam().resource);
    RecordProperty("column", column);
    RecordProperty("cell", text);
  }

  void expect_name(const std::string& column, const Answer& answer, const Leak& leak) {
    expect_culprit_first(answer, leak);
    if (HasFailure()) return;
    const Frame& culprit = answer.blame.at(leak.resource).front().frames.front();
    fill_cell(column, fmt::format("{} ({}:{})", normalize_function(culprit.function), leak.source,
                                  culprit.line));
    if (column.starts_with("sanitizer")) return;  // Where it knows the line it tells no module.
    EXPECT_EQ(culprit.module, leak.program);
    EXPECT_GT(culprit.offset, 0u);
  }

  void expect_reason(const std::string& column, const Answer& answer, const std::string& reason) {
    EXPECT_THAT(answer.blame, IsEmpty());
    ASSERT_THAT(answer.remarks, Contains(HasSubstr(reason)));
    fill_cell(column, "cannot: " + *std::ranges::find_if(answer.remarks, [&](const auto& remark) {
                        return remark.find(reason) != std::string::npos;
                      }));
  }

  void ask_valgrind() {
    const auto found = launch::find_program("valgrind", posix::current_environment());
    if (std::holds_alternative<launch::NoProgram>(found)) GTEST_SKIP() << "needs valgrind";
    Valgrind valgrind;
    const Answer answer = answer_of(valgrind, GetParam().leak());
    if (const std::string& reason = GetParam().memcheck_cannot; !reason.empty())
      return expect_reason("Valgrind", answer, reason);
    expect_name("Valgrind", answer, GetParam().leak());
  }
};

TEST_P(LeakTable, AgentNames) {
  expect_name("agent", ask_the_agent(GetParam().leak()), GetParam().leak());
}

TEST_P(LeakTable, ValgrindNamesOrSaysWhyNot) { ask_valgrind(); }

TEST_P(LeakTable, SanitizerNamesOrSaysWhyNot) {
  Leak leak = GetParam().leak();
  leak.program =
      fmt::format(WATERTIGHT_BLAME_TESTDATA "/{}_{}", leak.daemon(), GetParam().sanitizer);
  Sanitizer sanitizer;
  const Answer answer = answer_of(sanitizer, leak);
  if (const std::string& reason = GetParam().sanitizer_cannot; !reason.empty())
    return expect_reason("sanitizer", answer, reason);
  expect_name("sanitizer", answer, leak);
}

/// The daemon is not built with it, as those above are.
TEST_P(LeakTable, PreloadedSanitizerNamesOrSaysWhyNot) {
  if (find_sanitizer_runtime().empty()) GTEST_SKIP() << "there is no libasan";
  const Leak leak = GetParam().leak();
  OnDemandLeaks leaks;
  const Answer answer = answer_of(leaks, leak);
  const char* const column = "sanitizer, preloaded";
  if (leak.resource != "heap") return expect_reason(column, answer, kLeaksOnlySee);
  if (!GetParam().sanitizer_cannot.empty()) return expect_reason(column, answer, kLeaksOnlyTell);
  expect_name(column, answer, leak);
}

TEST_P(LeakTable, BlackBoxTellsWhatItIs) {
  const auto grown = look_from_outside(GetParam().leak());
  const std::string& things = GetParam().things;
  if (things.empty()) {
    EXPECT_THAT(describe_grown(grown), IsEmpty());
    return fill_cell("black box", "cannot: nothing in /proc tells one from another");
  }
  ASSERT_THAT(describe_grown(grown), Not(IsEmpty()));
  EXPECT_THAT(grown.front().what, HasSubstr(things));
  EXPECT_GT(grown.front().share, 0.9);
  EXPECT_GE(grown.front().count, 256u);
  EXPECT_THAT(grown.front().frames, IsEmpty());
  fill_cell("black box", "what it is: " + grown.front().what);
}

INSTANTIATE_TEST_SUITE_P(
    Leaks, LeakTable,
    testing::Values(Row{.daemon = "heap_malloc_without_free",
                        .resource = "heap",
                        .function = "copy_line",
                        .call = "malloc(bytes)"},
                    Row{.daemon = "heap_growing_list",
                        .resource = "heap",
                        .function = "remember",
                        .call = "malloc(",
                        .sanitizer_cannot = kSanitizersOnlySee},
                    Row{.daemon = "heap_new_without_delete",
                        .resource = "heap",
                        .function = "store::Shelf::keep",
                        .call = "new Entry",
                        .source = "heap_new_without_delete.cc"},
                    Row{.daemon = "fd_open_without_close",
                        .resource = "fds",
                        .function = "log_line",
                        .call = "open(",
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "data.log, write-only, append"},
                    Row{.daemon = "fd_accept_without_close",
                        .resource = "fds",
                        .function = "welcome",
                        .call = "accept4(",
                        .source = "line_server.c",
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "TCP socket in CLOSE_WAIT, accepted at 127.0.0.1:"},
                    Row{.daemon = "fd_on_malformed_request",
                        .resource = "fds",
                        .function = "on_line",
                        .call = "open(",
                        .line = "\x7f\n",
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "/etc/passwd, read-only"},
                    Row{.daemon = "thread_not_joined",
                        .resource = "unjoined_threads",
                        .function = "on_line",
                        .call = "pthread_create(",
                        .memcheck_cannot = kMemcheckOnlySees,
                        .sanitizer = "thread"},
                    Row{.daemon = "child_zombie",
                        .resource = "zombies",
                        .function = "on_line",
                        .call = "fork()",
                        .memcheck_cannot = kMemcheckOnlySees,
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "child_zombie"},
                    Row{.daemon = "temp_file_left",
                        .resource = "files",
                        .function = "spool",
                        .call = "mkstemp(",
                        .memcheck_cannot = kMemcheckOnlySees,
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "/spool.??????"},
                    Row{.daemon = "mapping_not_unmapped",
                        .resource = "maps",
                        .function = "look_up",
                        .call = "mmap(",
                        .memcheck_cannot = kMemcheckOnlySees,
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "/etc/passwd, r--p"},
                    Row{.daemon = "leak_on_reload",
                        .resource = "heap",
                        .function = "reload",
                        .call = "calloc(",
                        .stress = "HUP"},
                    Row{.daemon = "leak_on_reload",
                        .resource = "fds",
                        .function = "reload",
                        .call = "open(",
                        .stress = "HUP",
                        .sanitizer_cannot = kSanitizersOnlySee,
                        .things = "/etc/passwd, read-only"},
                    Row{.daemon = "idle_tick_100_bytes",
                        .resource = "heap",
                        .function = "tick",
                        .call = "malloc(100)",
                        .stress = "idle"}),
    [](const auto& row) { return row.param.daemon + "_" + row.param.resource; });

/// The same leak, of builds that daemons are shipped in.
class LeakTableBuilds : public LeakTable {};

TEST_P(LeakTableBuilds, AgentNames) {
  expect_name("agent", ask_the_agent(GetParam().leak()), GetParam().leak());
}

Row in_c(const std::string& build) {
  return {.daemon = "heap_malloc_without_free_" + build,
          .resource = "heap",
          .function = "copy_line",
          .call = "malloc(bytes)",
          .source = "heap_malloc_without_free.c",
          .folder = WATERTIGHT_BLAME_TESTDATA};
}

Row in_cpp(const std::string& build) {
  return {.daemon = "heap_new_without_delete_" + build,
          .resource = "heap",
          .function = "store::Shelf::keep",
          .call = "new Entry",
          .source = "heap_new_without_delete.cc",
          .folder = WATERTIGHT_BLAME_TESTDATA};
}

const auto kDaemonOfRow = [](const auto& row) { return row.param.daemon; };

INSTANTIATE_TEST_SUITE_P(Builds, LeakTableBuilds,
                         testing::Values(in_c("with_frame_pointers"),
                                         in_c("without_frame_pointers"), in_c("stripped"),
                                         in_cpp("with_frame_pointers"),
                                         in_cpp("without_frame_pointers"), in_cpp("stripped")),
                         kDaemonOfRow);

/// Valgrind, too, finds debug information that lies apart.
class LeakTableStripped : public LeakTable {};

TEST_P(LeakTableStripped, ValgrindNames) { ask_valgrind(); }

INSTANTIATE_TEST_SUITE_P(Builds, LeakTableStripped,
                         testing::Values(in_c("stripped"), in_cpp("stripped")), kDaemonOfRow);

}  // namespace
}  // namespace watertight::blame
