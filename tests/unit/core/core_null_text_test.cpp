// C libraries return null where they have no text.

#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check_result.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/text.hpp>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Text;
using vitals::Value;
using vitals::test::ManualClock;

char* const nothing = std::getenv("VITALS_NO_SUCH_VARIABLE");  // null, and char* without const, as dlerror() returns it

struct NullWhat : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

struct NamelessCategory : std::error_category {
  [[nodiscard]] const char* name() const noexcept override { return nullptr; }
  [[nodiscard]] std::string message(int) const override { return "broken"; }
};

struct OwnString {
  operator std::string_view() const { return "own"; }
};

std::string_view view_of(Text text) { return text; }

TEST(TextTest, TakesAnyKindOfText) {
  char characters[] = "array";
  const std::string string = "string";

  EXPECT_EQ(view_of("literal"), "literal");
  EXPECT_EQ(view_of(characters), "array");
  EXPECT_EQ(view_of(&characters[0]), "array");
  EXPECT_EQ(view_of(string), "string");
  EXPECT_EQ(view_of(std::string{"temporary"}), "temporary");
  EXPECT_EQ(view_of(std::string_view{"view"}), "view");
  EXPECT_EQ(view_of(OwnString{}), "own");
  EXPECT_EQ(view_of({"part of it", 4}), "part");
  EXPECT_EQ(view_of({}), "");
}

TEST(TextTest, OfNullIsNull) {
  EXPECT_EQ(view_of(nothing), "(null)");
  EXPECT_EQ(view_of(nullptr), "(null)");
  EXPECT_EQ(view_of(static_cast<const char*>(nullptr)), "(null)");
}

TEST(NullTextTest, IsTheMessageOfAResult) {
  EXPECT_EQ(CheckResult::pass(nothing).message(), "(null)");
  EXPECT_EQ(CheckResult::warn(nothing).message(), "(null)");
  EXPECT_EQ(CheckResult::fail(nothing).message(), "(null)");
  EXPECT_EQ(CheckResult::fail().message(), "");
  EXPECT_EQ(CheckResult::fail({}).message(), "");
}

TEST(NullTextTest, IsADatum) {
  const auto result = CheckResult::pass().with("host", nothing).with("port", nullptr).with(nothing, 1);

  ASSERT_EQ(result.data().size(), 3U);
  EXPECT_EQ(result.data()[0].value, Value{"(null)"});
  EXPECT_EQ(result.data()[1].value.kind(), Value::Kind::null);
  EXPECT_EQ(result.data()[2].key, "x_null_");
}

/// The report of a check with this body.
template <class Check>
std::string message_of(Check check) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  health.add_readiness_check("check", check);
  health.run_due();
  return health.report("check").message;
}

TEST(NullTextTest, IsTheMessageOfAnException) {
  EXPECT_EQ(message_of([] { throw NullWhat{}; }), "(null)");
  EXPECT_EQ(message_of([](const CheckContext&, const vitals::CheckCompletion&) { throw NullWhat{}; }), "(null)");
}

TEST(NullTextTest, IsTheNameOfAnErrorCategory) {
  static const NamelessCategory category;

  EXPECT_EQ(message_of([] { return std::error_code{7, category}; }), "broken ((null):7)");
}

TEST(NullTextTest, IsNoNameOfACheck) {
  HealthRegistry health;

  EXPECT_THAT([&] { health.add_readiness_check(nothing, [] {}); },
              testing::ThrowsMessage<std::invalid_argument>(HasSubstr("check \"(null)\": a name is")));
  EXPECT_EQ(health.report(Probe::readiness).checks().size(), 0U);
}

TEST(NullTextTest, IsTheReasonOfAShutdown) {
  HealthRegistry health;

  health.begin_shutdown(nothing);

  EXPECT_EQ(health.report(Probe::readiness).reason(), "(null)");
}

TEST(NullTextTest, IsTheNameOfAWorker) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const vitals::HeartbeatGroup group{1s};
  health.add_liveness_check("workers", group);
  const auto beat = group.add(nothing);
  clock.advance(2s);
  health.run_due();

  EXPECT_THAT(health.report("workers").message, HasSubstr("(null)"));
}

}  // namespace
