#include <chrono>

#include <gtest/gtest.h>

#include "core/base/utc_text.hpp"
#include "support/sample_reports.hpp"

namespace {

using std::chrono::nanoseconds;
using vitals::detail::utc_text;
using vitals::test::noon;

TEST(UtcTextTest, HasMillisecondsRoundedDown) {
  EXPECT_EQ(utc_text(noon), "2026-03-01T12:00:00.250Z");
  EXPECT_EQ(utc_text(noon + nanoseconds{999'999}), "2026-03-01T12:00:00.250Z");
}

TEST(UtcTextTest, ReachesFromTheEpochToTheEndOfTime) {
  EXPECT_EQ(utc_text(vitals::WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc_text(vitals::WallTime{nanoseconds{-1}}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(utc_text(vitals::WallTime::max()), "2262-04-11T23:47:16.854Z");
}

}  // namespace
