// An empty callable is refused when it is registered.

#include <functional>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/registry.hpp>

#include "support/has_check.hpp"

namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::detail::holds_nothing;

bool works() { return true; }

struct Own {
  bool operator()() const { return good; }
  bool good = true;
};

template <class Check>
class EmptyCheckTest : public testing::Test {};

using EmptyChecks =
    testing::Types<bool (*)(), bool (*)(const CheckContext&), void (*)(const CheckContext&, CheckCompletion),
                   std::function<bool()>, std::function<void(const CheckContext&)>,
                   std::function<void(const CheckContext&, CheckCompletion)>>;
TYPED_TEST_SUITE(EmptyCheckTest, EmptyChecks);

TYPED_TEST(EmptyCheckTest, IsRefusedByItsName) {
  HealthRegistry health;
  const auto is_refused =
      ThrowsMessage<std::invalid_argument>(HasSubstr("vitals: check \"empty\": the callable must not be empty"));

  EXPECT_THAT([&] { health.add_liveness_check("empty", TypeParam{}); }, is_refused);
  EXPECT_THAT([&] { health.add_readiness_check("empty", TypeParam{}); }, is_refused);
  EXPECT_THAT([&] { health.add_startup_check("empty", TypeParam{}); }, is_refused);
  EXPECT_FALSE(vitals_test::has_check(health, Probe::readiness, "empty"));
}

TEST(HoldsNothingTest, IsFalseForWhatCanBeCalled) {
  EXPECT_FALSE(holds_nothing(&works));
  EXPECT_FALSE(holds_nothing<bool (*)()>(works));
  EXPECT_FALSE(holds_nothing(std::function<bool()>{works}));
  EXPECT_FALSE(holds_nothing([] {}));
  EXPECT_FALSE(holds_nothing([&] { works(); }));
  EXPECT_FALSE(holds_nothing(Own{}));
  EXPECT_FALSE(holds_nothing(&Own::good));
}

TEST(HoldsNothingTest, IsTrueForANullMemberPointer) {
  EXPECT_TRUE(holds_nothing(static_cast<bool Own::*>(nullptr)));
  EXPECT_TRUE(holds_nothing(static_cast<bool (Own::*)() const>(nullptr)));
}

TEST(HoldsNothingTest, AFunctionIsRegisteredAsItIs) {
  HealthRegistry health;

  health.add_readiness_check("function", works);
  health.add_readiness_check("object", Own{});
  health.run_due();

  EXPECT_EQ(health.report(Probe::readiness).status(), vitals::Status::pass);
}

}  // namespace
