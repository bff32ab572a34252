// The functions that a Lifecycle gets: which it refuses, and how it handles their exceptions.

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>

namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;
using vitals::Lifecycle;

class LifecycleCallbackTest : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  vitals::HealthRegistry health_;
  Lifecycle lifecycle_{health_,
                       {.propagation_delay = 0s, .log = [this](std::string_view line) { lines_.emplace_back(line); }}};
};

TEST_F(LifecycleCallbackTest, IsRefusedIfItIsEmpty) {
  const auto is_refused = ThrowsMessage<std::invalid_argument>(
      HasSubstr("vitals: Lifecycle: callback \"worker\": the function must not be empty"));

  EXPECT_THAT([&] { lifecycle_.on_stop("worker", std::function<void()>{}); }, is_refused);
  EXPECT_THAT([&] { lifecycle_.on_stop_accepting("worker", std::function<void(std::stop_token)>{}); }, is_refused);
  EXPECT_THAT([&] { lifecycle_.on_stop("worker", static_cast<void (*)()>(nullptr)); }, is_refused);
}

TEST_F(LifecycleCallbackTest, IsRefusedWithoutAName) {
  const char* const nothing = nullptr;

  EXPECT_THAT([&] { lifecycle_.on_stop(nothing, [] {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("callback \"(null)\": a name is")));
}

TEST_F(LifecycleCallbackTest, OfALoopNeedsItsStop) {
  const auto needs_a_stop =
      ThrowsMessage<std::invalid_argument>("vitals: RunOptions: loop needs a stop_loop, which makes it return");

  EXPECT_THAT([&] { lifecycle_.run({.loop = [] {}}); }, needs_a_stop);
  EXPECT_THAT([&] { lifecycle_.run_or_exit({.loop = [] {}, .stop_loop = std::function<void()>{}}); }, needs_a_stop);
}

TEST_F(LifecycleCallbackTest, ThatStopsALoopNeedsTheLoop) {
  const auto needs_a_loop =
      ThrowsMessage<std::invalid_argument>("vitals: RunOptions: stop_loop needs a loop, which it makes return");

  EXPECT_THAT([&] { lifecycle_.run({.stop_loop = [] {}}); }, needs_a_loop);
  EXPECT_THAT([&] { lifecycle_.run_or_exit({.loop = nullptr, .stop_loop = [] {}}); }, needs_a_loop);
}

TEST_F(LifecycleCallbackTest, MayThrowWithoutAMessage) {
  struct NullWhat : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  lifecycle_.on_stop("worker", [] { throw NullWhat{}; });
  lifecycle_.begin_shutdown(nullptr);

  lifecycle_.step();

  EXPECT_THAT(lines_, Contains(HasSubstr("serving -> draining")));
  EXPECT_THAT(lines_, Contains(HasSubstr("((null))")));
  EXPECT_THAT(lines_, Contains(HasSubstr("failed: (null)")));
}

}  // namespace
