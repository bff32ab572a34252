#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "http/delivery.hpp"

namespace {

using vitals::HealthRegistry;
using vitals::HttpResponse;
using vitals::detail::Answers;
using vitals::detail::Delivery;
using vitals::detail::state_of;

using Reply = std::optional<HttpResponse>;

class DeliveryTest : public testing::Test {
 protected:
  std::shared_ptr<Delivery> delivery_to(Delivery::Done done) {
    return std::make_shared<Delivery>(answers, answers->question({.target = "/ready"}).value(), std::move(done));
  }

  HealthRegistry health;
  std::shared_ptr<Answers> answers = std::make_shared<Answers>(state_of(health), vitals::EndpointOptions{});
};

TEST_F(DeliveryTest, CallsDoneOnce) {
  int calls = 0;
  const auto delivery = delivery_to([&](const Reply&) { ++calls; });

  delivery->deliver();
  delivery->deliver();

  EXPECT_EQ(calls, 1);
}

TEST_F(DeliveryTest, DoesNotCallDoneOnceCancelled) {
  int calls = 0;
  const auto delivery = delivery_to([&](const Reply&) { ++calls; });

  EXPECT_TRUE(delivery->cancel());
  delivery->deliver();

  EXPECT_EQ(calls, 0);
}

TEST_F(DeliveryTest, CannotBeCancelledWhileDoneIsCalled) {
  std::shared_ptr<Delivery> delivery;
  bool cancelled = true;
  delivery = delivery_to([&](const Reply&) { cancelled = delivery->cancel(); });

  delivery->deliver();

  EXPECT_FALSE(cancelled);
}

TEST_F(DeliveryTest, FreesDoneAtOnceWhenCancelled) {
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  const auto delivery = delivery_to([owned = std::move(owned)](const Reply&) {});

  delivery->cancel();

  EXPECT_TRUE(watch.expired());
}

TEST_F(DeliveryTest, FreesDoneOnceItWasCalled) {
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  const auto delivery = delivery_to([owned = std::move(owned)](const Reply&) {});

  delivery->deliver();

  EXPECT_TRUE(watch.expired());
}

TEST_F(DeliveryTest, DropsWhatDoneThrows) {
  const auto delivery = delivery_to([](const Reply&) { throw std::runtime_error{"done"}; });

  EXPECT_NO_THROW(delivery->deliver());
}

TEST(AnswersTest, FreeWhatWaitedWhenItIsCancelled) {
  std::latch gate{1};
  HealthRegistry health;
  health.add_readiness_check("database", [&] { gate.wait(); });
  const Answers answers{state_of(health), {}};
  auto runner = std::make_unique<vitals::Runner>(health);
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  const auto question = answers.question({.target = "/ready"}).value();
  const auto wait = answers.begin(question, [&] { return [owned = std::move(owned)] {}; }).wait;

  EXPECT_NE(wait, nullptr);

  answers.cancel(wait);

  EXPECT_TRUE(watch.expired());
  gate.count_down();
}

}  // namespace
