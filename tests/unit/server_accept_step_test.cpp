#include <cerrno>

#include <gtest/gtest.h>

#include "server/accept_step.hpp"

namespace {

using vitals::detail::AcceptStep;
using vitals::detail::after_accept;

TEST(AcceptStepTest, GoesOnAfterAConnectionThatFailedByItself) {
  for (const int error : {0, EINTR, ECONNABORTED, EPROTO, ENETDOWN, EPERM})
    EXPECT_EQ(after_accept(error), AcceptStep::again) << error;
}

TEST(AcceptStepTest, WaitsWhenNobodyIsThere) { EXPECT_EQ(after_accept(EAGAIN), AcceptStep::wait); }

TEST(AcceptStepTest, BacksOffWithoutDescriptorsOrMemory) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL, EBADF})
    EXPECT_EQ(after_accept(error), AcceptStep::back_off) << error;
}

}  // namespace
