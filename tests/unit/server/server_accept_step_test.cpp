#include <cerrno>

#include <gtest/gtest.h>

#include "server/accept_step.hpp"

namespace {

using vitals::detail::AcceptStep;
using vitals::detail::AcceptSteps;
using vitals::detail::after_accept;

TEST(AcceptStepTest, ContinuesAfterAConnectionThatFailedByItself) {
  for (const int error : {0, EINTR, ECONNABORTED, EPROTO, ENETDOWN})
    EXPECT_EQ(after_accept(error), AcceptStep::again) << error;
}

TEST(AcceptStepTest, WaitsWhenNoConnectionIsPending) { EXPECT_EQ(after_accept(EAGAIN), AcceptStep::wait); }

TEST(AcceptStepTest, BacksOffAfterAllThatIsNotKnownToPass) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL, EBADF, EPERM, EACCES, EIO, 9999})
    EXPECT_EQ(after_accept(error), AcceptStep::back_off) << error;
}

/// The step after this many transient errors in a row.
AcceptStep after_transient_errors(AcceptSteps& steps, int errors) {
  auto step = AcceptStep::again;
  for (int i = 0; i < errors; ++i) step = steps.after(ECONNABORTED);
  return step;
}

TEST(AcceptStepsTest, BackOffAfterManyTransientErrorsInARow) {
  AcceptSteps steps;

  EXPECT_EQ(after_transient_errors(steps, AcceptSteps::most_transient - 1), AcceptStep::again);
  EXPECT_EQ(steps.after(EINTR), AcceptStep::back_off);
}

TEST(AcceptStepsTest, TryAsManyTimesAgainAfterTheyHaveBackedOff) {
  AcceptSteps steps;
  (void)after_transient_errors(steps, AcceptSteps::most_transient);

  EXPECT_EQ(after_transient_errors(steps, AcceptSteps::most_transient - 1), AcceptStep::again);
}

TEST(AcceptStepsTest, StartOverOnceAConnectionIsAcceptedOrNoneIsWaiting) {
  for (const int error : {0, EAGAIN}) {
    AcceptSteps steps;
    (void)after_transient_errors(steps, AcceptSteps::most_transient - 1);
    (void)steps.after(error);

    EXPECT_EQ(after_transient_errors(steps, AcceptSteps::most_transient - 1), AcceptStep::again);
  }
}

}  // namespace
