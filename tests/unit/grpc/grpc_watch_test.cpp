#include <gtest/gtest.h>

#include "grpc/watch.hpp"

namespace vitals_test {
namespace {

using vitals::detail::Watch;
using vitals::detail::ServingStatus::not_serving;
using vitals::detail::ServingStatus::service_unknown;
using vitals::detail::ServingStatus::serving;
using Step = vitals::detail::Watch::Step;

Watch begun() {
  Watch watch;
  watch.begin();
  return watch;
}

TEST(GrpcWatchTest, BeginsWithThePresentStatus) {
  Watch watch;
  EXPECT_EQ(watch.next(serving, false), Step::wait);  // not begun
  watch.begin();

  EXPECT_EQ(watch.next(serving, false), Step::write);
}

TEST(GrpcWatchTest, DropsEqualUpdates) {
  auto watch = begun();
  ASSERT_EQ(watch.next(serving, false), Step::write);
  watch.written(true);

  EXPECT_EQ(watch.next(serving, false), Step::wait);
  EXPECT_EQ(watch.next(not_serving, false), Step::write);
}

TEST(GrpcWatchTest, WritesOneAtATimeAndThenTheLatest) {
  auto watch = begun();
  ASSERT_EQ(watch.next(service_unknown, false), Step::write);
  EXPECT_EQ(watch.next(serving, false), Step::wait);
  EXPECT_EQ(watch.next(service_unknown, false), Step::wait);
  watch.written(true);

  EXPECT_EQ(watch.next(service_unknown, false), Step::wait);
}

TEST(GrpcWatchTest, EndsOnceAfterWhatIsBeingWritten) {
  auto watch = begun();
  ASSERT_EQ(watch.next(serving, false), Step::write);
  watch.cancel();
  EXPECT_EQ(watch.next(not_serving, false), Step::wait);
  watch.written(false);

  EXPECT_EQ(watch.next(not_serving, false), Step::finish);
  watch.cancel();
  EXPECT_EQ(watch.next(not_serving, false), Step::wait);
}

TEST(GrpcWatchTest, EndsIfItCannotWrite) {
  auto watch = begun();
  ASSERT_EQ(watch.next(serving, false), Step::write);
  watch.written(false);

  EXPECT_EQ(watch.next(serving, false), Step::finish);
}

TEST(GrpcWatchTest, EndsWithALastMessageWhenShutDown) {
  auto watch = begun();
  ASSERT_EQ(watch.next(serving, false), Step::write);
  EXPECT_EQ(watch.next(not_serving, true), Step::wait);
  watch.written(true);

  EXPECT_EQ(watch.next(not_serving, true), Step::write_and_finish);
  EXPECT_EQ(watch.next(not_serving, true), Step::wait);
}

TEST(GrpcWatchTest, EndsWithoutAMessageIfThatWasSentOrNothingWas) {
  auto sent = begun();
  ASSERT_EQ(sent.next(not_serving, false), Step::write);
  sent.written(true);
  EXPECT_EQ(sent.next(not_serving, true), Step::refuse);

  auto late = begun();
  EXPECT_EQ(late.next(not_serving, true), Step::refuse);
}

}  // namespace
}  // namespace vitals_test
