#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/check_result.hpp>

namespace vitals::inline v1::test {

/// Converts to a Value, and isn't one.
struct Name {
  operator Value() const { return "name"; }
};

// clang-format off
template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Comparable = requires(const T& value) { value == value; };
// clang-format on

static_assert(std::is_convertible_v<Name, Value> && Printable<Value> && Comparable<Value>);
static_assert(!Printable<Name> && !Comparable<Name>, "the operators are found for Values only");

}  // namespace vitals::inline v1::test

namespace {

using vitals::CheckResult;
using vitals::Status;
using vitals::Value;
using Kind = vitals::Value::Kind;

TEST(CheckResultTest, IsAFailureByDefault) {
  const CheckResult result;

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_EQ(result.message(), "");
}

TEST(CheckResultTest, CarriesItsStatusAndMessage) {
  EXPECT_EQ(CheckResult::pass("fine").status(), Status::pass);
  EXPECT_EQ(CheckResult::warn("backlog").status(), Status::warn);
  EXPECT_EQ(CheckResult::fail("down").status(), Status::fail);
  EXPECT_EQ(CheckResult::warn("backlog").message(), "backlog");
}

TEST(CheckResultTest, MakesItsMessageSafeOnIntake) {
  EXPECT_EQ(CheckResult::fail("two\nlines \xFF").message(), "two lines \xEF\xBF\xBD");
}

TEST(CheckResultTest, CutsItsMessageToOneKibibyte) {
  EXPECT_EQ(CheckResult::fail(std::string(5000, 'x')).message(), std::string(1024, 'x'));
}

TEST(CheckResultTest, GathersDataInOrder) {
  const auto result = CheckResult::pass().with("depth", 3).with("oldest", "2 s");

  ASSERT_EQ(result.data().size(), 2U);
  EXPECT_EQ(result.data()[0], (vitals::Datum{"depth", 3}));
  EXPECT_EQ(result.data()[1], (vitals::Datum{"oldest", "2 s"}));
}

TEST(CheckResultTest, GathersDataInPlace) {
  CheckResult result = CheckResult::pass();

  result.with("depth", 3).with("limit", 4);

  EXPECT_EQ(result.data().size(), 2U);
}

TEST(CheckResultTest, GivesAKeyThatIsThereTheNewValue) {
  const auto result = CheckResult::pass().with("depth", 3).with("other", 1).with("depth", 4);

  ASSERT_EQ(result.data().size(), 2U);
  EXPECT_EQ(result.data()[0], (vitals::Datum{"depth", 4}));
}

TEST(CheckResultTest, MendsItsKeys) {
  const auto result = CheckResult::pass().with("Queue Depth", 3).with("Queue Depth", 4);

  ASSERT_EQ(result.data().size(), 1U);
  EXPECT_EQ(result.data()[0], (vitals::Datum{"queue_depth", 4}));
}

TEST(CheckResultTest, KeepsSixteenData) {
  CheckResult result = CheckResult::pass();

  for (int i = 0; i < 20; ++i) result.with("key" + std::to_string(i), i);

  ASSERT_EQ(result.data().size(), 16U);
  EXPECT_EQ(result.data().back(), (vitals::Datum{"key15", 15}));
}

TEST(CheckResultTest, ReplacesAValueAlsoWhenItIsFull) {
  CheckResult result = CheckResult::pass();
  for (int i = 0; i < 16; ++i) result.with("key" + std::to_string(i), i);

  result.with("key3", "new");

  EXPECT_EQ(result.data()[3], (vitals::Datum{"key3", "new"}));
}

TEST(CheckResultTest, GivesItsPartsAwayByValueWhenItIsATemporary) {
  EXPECT_EQ(CheckResult::warn("backlog").message(), "backlog");
  EXPECT_EQ(CheckResult::pass().with("depth", 3).data().size(), 1U);
}

TEST(ValueTest, IsNullByDefault) { EXPECT_EQ(Value{}.kind(), Kind::null); }

TEST(ValueTest, KeepsTheKindsApart) {
  EXPECT_EQ(Value{true}.kind(), Kind::boolean);
  EXPECT_EQ(Value{1}.kind(), Kind::integer);
  EXPECT_EQ(Value{1U}.kind(), Kind::unsigned_integer);
  EXPECT_EQ(Value{1.0F}.kind(), Kind::real);
  EXPECT_EQ(Value{"1"}.kind(), Kind::text);
  EXPECT_EQ(Value{std::string{"1"}}.kind(), Kind::text);
}

TEST(ValueTest, KeepsTheLargestAndTheSmallestNumbers) {
  EXPECT_EQ(Value{std::numeric_limits<std::int64_t>::min()}.as_integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Value{std::numeric_limits<std::uint64_t>::max()}.as_unsigned_integer(),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(Value{std::numeric_limits<double>::max()}.as_real(), std::numeric_limits<double>::max());
}

TEST(ValueTest, MakesANumberThatIsNotFiniteNull) {
  EXPECT_EQ(Value{std::numeric_limits<double>::infinity()}.kind(), Kind::null);
  EXPECT_EQ(Value{-std::numeric_limits<float>::infinity()}.kind(), Kind::null);
  EXPECT_EQ(Value{std::numeric_limits<double>::quiet_NaN()}.kind(), Kind::null);
}

TEST(ValueTest, MakesItsTextSafe) {
  EXPECT_EQ(Value{"a\tb\xC0"}.as_text(), "a b\xEF\xBF\xBD");
  EXPECT_EQ(Value{std::string(2000, 'x')}.as_text().size(), 1024U);
}

TEST(ValueTest, IsEqualToTheSameValueOfTheSameKindOnly) {
  EXPECT_EQ(Value{}, Value{});
  EXPECT_EQ(Value{true}, Value{true});
  EXPECT_NE(Value{true}, Value{false});
  EXPECT_EQ(Value{-1}, Value{-1L});
  EXPECT_NE(Value{1}, Value{1U});
  EXPECT_NE(Value{1U}, Value{2U});
  EXPECT_NE(Value{1.0}, Value{1.5});
  EXPECT_NE(Value{"a"}, Value{"b"});
}

}  // namespace
