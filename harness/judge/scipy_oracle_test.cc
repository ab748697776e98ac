// SPDX-License-Identifier: Apache-2.0

// Sen's slope with its interval, and Kendall's score, against those of scipy.

#include "judge/kendall.h"
#include "judge/simulator.h"
#include "judge/slope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace watertight::judge {
namespace {

constexpr const char* kOracle = R"(
import sys
try:
    from scipy import stats
except ImportError:
    sys.exit('absent')
y = [float(v) for v in sys.argv[1:]]
x = list(range(len(y)))
slope, _, low, high = stats.theilslopes(y, x, 0.99)
tau, _ = stats.kendalltau(x, y, variant='c')
m = min(len(set(x)), len(set(y)))
score = tau * len(y) ** 2 * (m - 1) / m / 2
print(slope, low, high, score)
)";

/// What the python of the distribution prints; empty where it or scipy is absent.
std::string ask_oracle(const std::vector<Floor>& floors) {
  std::string command = std::string("/usr/bin/python3 -c \"") + kOracle + "\"";
  for (const Floor& floor : floors) command += " " + std::to_string(floor.value);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>/dev/null").c_str(), "r"),
                                                   pclose);
  std::string answer;
  for (int c; pipe && (c = std::fgetc(pipe.get())) != EOF;) answer += static_cast<char>(c);
  return answer;
}

TEST(ScipyOracle, AgreesOnSenAndKendall) {
  constexpr double kZ = 2.5758293035489004;  // 99 %.
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    std::vector<Floor> floors;
    for (int i = 0; i < 16; ++i)
      floors.push_back({static_cast<double>(i), std::floor(3 * i + 20 * random.normal())});
    const std::string answer = ask_oracle(floors);
    if (answer.empty()) GTEST_SKIP() << "python3-scipy is not installed";
    double slope = 0, low = 0, high = 0, score = 0;
    std::istringstream(answer) >> slope >> low >> high >> score;
    const SenLine line = sen_line(floors, kZ);
    EXPECT_NEAR(line.slope, slope, 1e-9);
    // Ranks that are no whole numbers scipy rounds to the nearest, we outwards: ours may be wider.
    EXPECT_LE(line.low, low + 1e-9);
    EXPECT_GE(line.high, high - 1e-9);
    EXPECT_NEAR(kendall_score(floors).score, score, 1e-6);
  }
}

}  // namespace
}  // namespace watertight::judge
