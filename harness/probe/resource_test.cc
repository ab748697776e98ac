// SPDX-License-Identifier: Apache-2.0
#include "probe/resource.h"

#include <gtest/gtest.h>

namespace watertight::probe {
namespace {

TEST(Resources, AreListedInTheOrderOfTheirEnumeration) {
  for (std::size_t i = 0; i < kResourceCount; ++i)
    EXPECT_EQ(static_cast<std::size_t>(all_resources()[i].resource), i) << all_resources()[i].id;
}

TEST(Resources, AreFoundByTheirId) {
  for (const auto& traits : all_resources()) EXPECT_EQ(find_resource(traits.id), traits.resource);
  EXPECT_EQ(find_resource("growth.fds"), std::nullopt);
  EXPECT_EQ(find_resource(""), std::nullopt);
}

TEST(Sample, KnowsWhatWasNotLookedAt) {
  Sample sample;
  sample[Resource::kFds] = 7;
  EXPECT_EQ(sample[Resource::kFds], 7);
  EXPECT_FALSE(sample[Resource::kMaps]);
}

}  // namespace
}  // namespace watertight::probe
