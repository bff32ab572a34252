#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::test::ManualClock;

/// The report of one run of `check`.
template <class Check>
CheckReport outcome_of(Check&& check) {
  const ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  health.add_readiness_check("check", std::forward<Check>(check));
  health.run_due();
  return health.report("check");
}

bool plain_function() { return false; }
CheckResult function_with_context(const CheckContext& context) {
  return CheckResult::warn(std::to_string(context.remaining().count()));
}

struct Functor {
  bool operator()() { return ++calls == 1; }
  int calls = 0;
};

/// Converts to std::error_code, as boost::system::error_code does.
struct ForeignErrorCode {
  operator std::error_code() const { return std::make_error_code(code); }
  std::errc code;
};

struct Database {
  bool ping() const { return alive; }
  bool alive = true;
};

TEST(CallableTest, ThatReturnsNothingPasses) {
  EXPECT_EQ(outcome_of([] {}).status, Status::pass);
}

TEST(CallableTest, ThatReturnsABoolPassesOrFails) {
  EXPECT_EQ(outcome_of([] { return true; }).status, Status::pass);
  EXPECT_EQ(outcome_of([] { return false; }).status, Status::fail);
  EXPECT_EQ(outcome_of([] { return false; }).message, "the check returned false");
}

TEST(CallableTest, ThatReturnsNoErrorPasses) {
  EXPECT_EQ(outcome_of([] { return std::error_code{}; }).status, Status::pass);
}

TEST(CallableTest, ThatReturnsAnErrorFailsWithItsMessage) {
  const auto error = std::make_error_code(std::errc::connection_refused);

  const auto report = outcome_of([&] { return error; });

  EXPECT_EQ(report.status, Status::fail);
  EXPECT_THAT(report.message, AllOf(HasSubstr(error.message()), HasSubstr("generic:" + std::to_string(error.value()))));
}

TEST(CallableTest, MayReturnAClassThatConvertsToAnErrorCode) {
  EXPECT_EQ(outcome_of([] { return ForeignErrorCode{std::errc{}}; }).status, Status::pass);
  EXPECT_EQ(outcome_of([] { return ForeignErrorCode{std::errc::timed_out}; }).status, Status::fail);
}

TEST(CallableTest, MayReturnAResult) {
  const auto report = outcome_of([] { return CheckResult::warn("backlog").with("depth", 12); });

  EXPECT_EQ(report.status, Status::warn);
  EXPECT_EQ(report.message, "backlog");
  ASSERT_EQ(report.data.size(), 1U);
  EXPECT_EQ(report.data[0], (vitals::Datum{"depth", 12}));
}

TEST(CallableTest, MayReturnAReferenceToAResult) {
  static const auto kept = CheckResult::warn("kept");

  EXPECT_EQ(outcome_of([]() -> const CheckResult& { return kept; }).message, "kept");
}

TEST(CallableTest, MayTakeTheContext) {
  const auto report = outcome_of([](const CheckContext& context) {
    return CheckResult::pass(std::to_string(context.remaining().count()) + " ms");
  });

  EXPECT_EQ(report.message, "500 ms");
}

TEST(CallableTest, MayTakeTheContextByValue) {
  EXPECT_EQ(outcome_of([](CheckContext context) { return context.remaining() > 0ms; }).status, Status::pass);
}

TEST(CallableTest, MayBeAFunctionPointer) {
  EXPECT_EQ(outcome_of(plain_function).status, Status::fail);
  EXPECT_EQ(outcome_of(&function_with_context).message, "500");
}

TEST(CallableTest, MayBeAFunctorThatChangesItself) { EXPECT_EQ(outcome_of(Functor{}).status, Status::pass); }

TEST(CallableTest, MayBeACopyOfAnObjectOfTheCallers) {
  Functor functor;

  outcome_of(functor);

  EXPECT_EQ(functor.calls, 0);
}

TEST(CallableTest, MayBeAReferenceWrapper) {
  Functor functor;

  outcome_of(std::ref(functor));

  EXPECT_EQ(functor.calls, 1);
}

TEST(CallableTest, MayBeAStdFunction) {
  EXPECT_EQ(outcome_of(std::function<bool()>{[] { return false; }}).status, Status::fail);
}

TEST(CallableTest, MayBeMoveOnly) {
  EXPECT_EQ(outcome_of([owned = std::make_unique<bool>(false)] { return *owned; }).status, Status::fail);
}

TEST(CallableTest, MayCallAMember) {
  Database database{.alive = false};

  EXPECT_EQ(outcome_of([&] { return database.ping(); }).status, Status::fail);
}

TEST(CallableTest, IsTakenWithTheContextWhereSeveralFormsFit) {
  const auto report =
      outcome_of([](const auto&... arguments) { return CheckResult::pass(std::to_string(sizeof...(arguments))); });

  EXPECT_EQ(report.message, "1");
}

TEST(CallableTest, IsTakenPlainBeforeAsynchronously) {
  struct PlainOrAsynchronous {
    CheckResult operator()() const { return CheckResult::pass("plain"); }
    void operator()(const CheckContext&, const CheckCompletion& done) const { done(CheckResult::pass("asynchronous")); }
  };

  EXPECT_EQ(outcome_of(PlainOrAsynchronous{}).message, "plain");
}

TEST(CallableTest, IsTakenAsynchronouslyIfNothingElseFits) {
  const auto report =
      outcome_of([](const CheckContext&, const CheckCompletion& done) { done(CheckResult::warn("asynchronous")); });

  EXPECT_EQ(report.status, Status::warn);
  EXPECT_EQ(report.message, "asynchronous");
}

TEST(ThrowingCheckTest, FailsWithWhatTheExceptionSays) {
  const auto report = outcome_of([] { throw std::runtime_error{"no route\nto host"}; });

  EXPECT_EQ(report.status, Status::fail);
  EXPECT_EQ(report.message, "no route to host");
}

TEST(ThrowingCheckTest, FailsAlsoIfItWouldHaveReturnedSomething) {
  const auto report = outcome_of([](const CheckContext&) -> bool { throw std::runtime_error{"broken"}; });

  EXPECT_EQ(report.message, "broken");
}

TEST(ThrowingCheckTest, MayThrowWhatIsNoException) {
  const auto report = outcome_of([] { throw 42; });

  EXPECT_EQ(report.status, Status::fail);
  EXPECT_EQ(report.message, "threw something that is no std::exception");
}

TEST(ThrowingCheckTest, FailsWhenAnAsynchronousCheckThrows) {
  const auto report = outcome_of([](const CheckContext&, CheckCompletion) { throw std::runtime_error{"not sent"}; });

  EXPECT_EQ(report.status, Status::fail);
  EXPECT_EQ(report.message, "not sent");
}

TEST(ThrowingCheckTest, RunsAgainNextTime) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  health.add_readiness_check("check", [first = true]() mutable {
    if (std::exchange(first, false)) throw 42;
  });

  health.run_due();
  clock.advance(15s);
  health.run_due();

  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST(CheckContextTest, KnowsItsDeadlineByTheRegistrysClock) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const auto start = clock.now();
  vitals::SteadyTime deadline{};
  health.add_readiness_check("check", [&](const CheckContext& context) { deadline = context.deadline(); },
                             {.timeout = 200ms});

  health.run_due();

  EXPECT_EQ(deadline, start + 200ms);
}

TEST(CheckContextTest, RoundsTheRemainingTimeDown) {
  ManualClock clock;
  const CheckContext context{{}, clock.now() + 200ms, clock};

  clock.advance(1ns);

  EXPECT_EQ(context.remaining(), 199ms);
}

TEST(CheckContextTest, HasNoTimeLeftAfterItsDeadline) {
  ManualClock clock;
  const CheckContext context{{}, clock.now() + 200ms, clock};

  clock.advance(1h);

  EXPECT_EQ(context.remaining(), 0ms);
}

}  // namespace
