// SPDX-License-Identifier: Apache-2.0
#include "judge/growth.h"
#include "judge/test_series.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace watertight::judge {
namespace {

struct Row {
  std::uint64_t operations = 0;
  double seconds = 0, rss_kb = 0, anon_kb = 0, vmdata_kb = 0, fds = 0, threads = 0;
};

std::vector<Row> read_recording(const std::string& name) {
  std::ifstream file(WATERTIGHT_FIXTURES "/recorded/" + name + ".csv");
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "ops,t,rss_kb,anon_kb,vmdata_kb,fds,threads");
  char comma = 0;
  while (std::getline(file, line)) {
    std::istringstream text(line);
    Row row;
    text >> row.operations >> comma >> row.seconds >> comma >> row.rss_kb >> comma >> row.anon_kb >>
        comma >> row.vmdata_kb >> comma >> row.fds >> comma >> row.threads;
    EXPECT_TRUE(text) << line;
    rows.push_back(row);
  }
  return rows;
}

/// What the recorded daemon does to a resource.
enum class Truth { kClean, kMayBeInconclusive, kLeaks };

struct Recording {
  const char* name;
  Truth memory;
  double bytes_per_operation;
  Truth fds;
};

void PrintTo(const Recording& recording, std::ostream* out) { *out << recording.name; }

const Recording kRecordings[] = {
    {"clean", Truth::kClean, 0, Truth::kClean},
    {"cacheuni", Truth::kClean, 0, Truth::kClean},
    {"cachezipf", Truth::kMayBeInconclusive, 0, Truth::kClean},
    {"pool", Truth::kClean, 0, Truth::kClean},
    {"churn", Truth::kClean, 0, Truth::kClean},
    {"gc", Truth::kClean, 0, Truth::kClean},
    {"thrjoin", Truth::kClean, 0, Truth::kClean},
    {"ttl", Truth::kMayBeInconclusive, 0, Truth::kClean},
    {"leak4", Truth::kLeaks, 4, Truth::kClean},
    {"leak16", Truth::kLeaks, 32, Truth::kClean},
    {"leak64", Truth::kLeaks, 80, Truth::kClean},
    {"leak1k", Truth::kLeaks, 1008, Truth::kClean},
    {"leak64p1", Truth::kLeaks, 0.8, Truth::kClean},
    {"list", Truth::kLeaks, 48, Truth::kClean},
    {"vec", Truth::kLeaks, 24, Truth::kClean},
    {"churnleak16", Truth::kLeaks, 90, Truth::kClean},
    {"gcleak64", Truth::kLeaks, 85, Truth::kClean},
    {"tleak", Truth::kLeaks, 2, Truth::kClean},
    {"fd100", Truth::kClean, 0, Truth::kLeaks},
    {"fdp1", Truth::kClean, 0, Truth::kLeaks},
};

class RecordedGrowth : public testing::TestWithParam<Recording> {
 protected:
  void SetUp() override {
    rows_ = read_recording(GetParam().name);
    ASSERT_GT(rows_.size(), 2000u);
  }

  /// At the judge's first decision, as in a run of this resource alone, and at the end of the
  /// budget.
  void expect(Truth truth, const Options& options, double Row::*column, double unit,
              double rate) const {
    GrowthJudge judge(options);
    GrowthVerdict first;
    for (const Row& row : rows_) {
      judge.observe({row.operations, row.seconds, row.*column * unit});
      if (first.verdict == Verdict::kInconclusive && judge.is_decided()) first = judge.verdict();
    }
    for (const GrowthVerdict& verdict : {first, judge.verdict()}) {
      if (truth == Truth::kLeaks) {
        EXPECT_EQ(verdict.verdict, Verdict::kFail) << testing::PrintToString(verdict.reason);
        EXPECT_LE(verdict.rate_low, rate);
        EXPECT_GE(verdict.rate_high, rate);
        EXPECT_NEAR(verdict.rate, rate, 0.1 * rate);
      } else if (truth == Truth::kClean) {
        EXPECT_EQ(verdict.verdict, Verdict::kPass) << testing::PrintToString(verdict.reason);
      } else {
        EXPECT_NE(verdict.verdict, Verdict::kFail) << testing::PrintToString(verdict.reason);
      }
    }
  }

  std::vector<Row> rows_;
};

TEST_P(RecordedGrowth, OfMemoryIsJudgedByItsTruth) {
  expect(GetParam().memory, resident_memory(), &Row::anon_kb, 1024, GetParam().bytes_per_operation);
}

TEST_P(RecordedGrowth, OfDescriptorsIsJudgedByItsTruth) {
  expect(GetParam().fds, exact_counter(), &Row::fds, 1, 0.01);
}

TEST_P(RecordedGrowth, OfThreadsIsClean) {
  expect(Truth::kClean, exact_counter(), &Row::threads, 1, 0);
}

INSTANTIATE_TEST_SUITE_P(All, RecordedGrowth, testing::ValuesIn(kRecordings),
                         [](const auto& recording) { return recording.param.name; });

TEST(RecordedGrowth, CallsTheGrowingCacheDecelerating) {
  GrowthJudge judge(resident_memory());
  for (const Row& row : read_recording("cachezipf")) {
    judge.observe({row.operations, row.seconds, row.anon_kb * 1024});
  }
  EXPECT_EQ(judge.verdict().reason, Reason::kDecelerating);
}

}  // namespace
}  // namespace watertight::judge
