#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check_result.hpp>
#include <vitals/report.hpp>
#include <vitals/testing_gmock.hpp>

namespace {

using testing::_;
using testing::AllOf;
using testing::AnyOf;
using testing::DescribeMatcher;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::Each;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsFalse;
using testing::IsTrue;
using testing::Le;
using testing::Matcher;
using testing::Not;
using testing::Optional;
using testing::Pointee;
using testing::StartsWith;
using testing::StrEq;
using testing::Truly;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Status;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

/// The explanation that a matcher gives for a value.
template <class Value>
std::string explanation(const Matcher<Value>& matcher, const Value& value) {
  testing::StringMatchResultListener listener;
  matcher.MatchAndExplain(value, &listener);
  return listener.str();
}

TEST(StatusMatcherTest, MatchesItsStatusAndNoOther) {
  EXPECT_THAT(CheckResult::pass(), AllOf(IsPass(), Not(IsWarn()), Not(IsFail())));
  EXPECT_THAT(CheckResult::warn(), AllOf(IsWarn(), Not(IsPass()), Not(IsFail())));
  EXPECT_THAT(CheckResult::fail(), AllOf(IsFail(), Not(IsPass()), Not(IsWarn())));
}

TEST(StatusMatcherTest, MatchesTheMessageToo) {
  EXPECT_THAT(CheckResult::fail("only 3 GiB free"), IsFail(HasSubstr("3 GiB")));
  EXPECT_THAT(CheckResult::fail("only 3 GiB free"), Not(IsFail(HasSubstr("4 GiB"))));
  EXPECT_THAT(CheckResult::warn("only 3 GiB free"), Not(IsFail(HasSubstr("3 GiB"))));
  EXPECT_THAT(CheckResult::warn("backlog"), AllOf(IsWarn("backlog"), Not(IsWarn("back"))));
  EXPECT_THAT(CheckResult::pass(), IsPass(IsEmpty()));
}

TEST(StatusMatcherTest, MatchesReports) {
  const CheckReport report{.name = "disk", .status = Status::fail, .message = "full"};

  EXPECT_THAT(report, IsFail("full"));
  EXPECT_THAT(&report, Pointee(IsFail()));
  EXPECT_THAT(std::optional{report}, Optional(Not(IsPass())));
  EXPECT_THAT(std::vector{report}, Each(IsFail()));
}

// GoogleTest prints the value itself beside it.
TEST(StatusMatcherTest, ExplainsAnotherStatusByTheStatus) {
  const Matcher<CheckResult> matcher = IsPass();

  EXPECT_EQ(explanation(matcher, CheckResult::fail("full").with("free", 3)), "which is fail");
}

TEST(StatusMatcherTest, ExplainsAnotherMessage) {
  const Matcher<CheckResult> matcher = IsFail(HasSubstr("4 GiB"));

  EXPECT_EQ(explanation(matcher, CheckResult::fail("3 GiB")), "whose message is \"3 GiB\"");
}

TEST(StatusMatcherTest, DescribesItself) {
  const Matcher<CheckResult> plain = IsWarn();
  const Matcher<CheckResult> with_message = IsFail(HasSubstr("x"));

  EXPECT_EQ(DescribeMatcher<CheckResult>(plain), "is warn");
  EXPECT_EQ(DescribeMatcher<CheckResult>(Not(plain)), "isn't warn");
  EXPECT_EQ(DescribeMatcher<CheckResult>(with_message), "is fail with a message that has substring \"x\"");
  EXPECT_EQ(DescribeMatcher<CheckResult>(Not(with_message)),
            "isn't fail, or has a message that has no substring \"x\"");
}

class DatumMatcherTest : public testing::Test {
 protected:
  const CheckResult result_ = CheckResult::pass()
                                  .with("depth", 12)
                                  .with("bytes", 12U)
                                  .with("load", 0.5)
                                  .with("queue", "orders")
                                  .with("full", false)
                                  .with("age", vitals::Value{});
};

TEST_F(DatumMatcherTest, MatchesNumbersOfWhateverType) {
  EXPECT_THAT(result_, AllOf(HasDatum("depth", 12), HasDatum("depth", 12U), HasDatum("depth", 12.0)));
  EXPECT_THAT(result_, AllOf(HasDatum("bytes", 12), HasDatum("load", 0.5F)));
  EXPECT_THAT(result_, AllOf(Not(HasDatum("depth", 13)), Not(HasDatum("depth", 12.5)), Not(HasDatum("load", 0))));
}

TEST_F(DatumMatcherTest, DistinguishesLargeIntegers) {
  const auto result = CheckResult::pass().with("id", 9'007'199'254'740'993U);

  EXPECT_THAT(result, HasDatum("id", 9'007'199'254'740'993));
  EXPECT_THAT(result, Not(HasDatum("id", 9'007'199'254'740'992)));
}

TEST_F(DatumMatcherTest, MatchesTextsAndBooleans) {
  EXPECT_THAT(result_, AllOf(HasDatum("queue", "orders"), HasDatum("queue", std::string{"orders"})));
  EXPECT_THAT(result_, AllOf(HasDatum("full", false), Not(HasDatum("full", true))));
  EXPECT_THAT(result_, HasDatum("age", vitals::Value{}));
}

TEST_F(DatumMatcherTest, TakesMatchers) {
  EXPECT_THAT(result_, AllOf(HasDatum("depth", Gt(10)), HasDatum("depth", AllOf(Gt(10.5), Le(12U)))));
  EXPECT_THAT(result_, AllOf(HasDatum("queue", StartsWith("ord")), HasDatum("queue", Not(HasSubstr("x")))));
  EXPECT_THAT(result_, AllOf(HasDatum("queue", AnyOf("a", "orders")), HasDatum("age", _)));
  EXPECT_THAT(result_, Not(HasDatum("depth", Gt(12))));
}

TEST_F(DatumMatcherTest, IsNotFooledByAnotherKind) {
  EXPECT_THAT(result_, AllOf(Not(HasDatum("queue", 12)), Not(HasDatum("queue", Gt(0))), Not(HasDatum("full", 0))));
  EXPECT_THAT(result_, AllOf(Not(HasDatum("depth", "12")), Not(HasDatum("depth", true)), Not(HasDatum("age", 0))));
}

TEST_F(DatumMatcherTest, ShowsNumbersToStringMatchersAsTheyArePrinted) {
  EXPECT_THAT(result_, AllOf(HasDatum("depth", StrEq("12")), HasDatum("load", StartsWith("0."))));
  EXPECT_THAT(result_, AllOf(HasDatum("full", StrEq("false")), HasDatum("age", StrEq("null"))));
  EXPECT_THAT(result_, AllOf(Not(HasDatum("depth", StrEq(""))), Not(HasDatum("age", StrEq("")))));
  EXPECT_THAT(result_, HasDatum("depth", Matcher<std::string>{StrEq("12")}));
}

TEST_F(DatumMatcherTest, TakesMatchersOfNumbers) {
  EXPECT_THAT(result_, AllOf(HasDatum("load", DoubleNear(0.51, 0.1)), Not(HasDatum("load", DoubleNear(0.7, 0.1)))));
  EXPECT_THAT(result_, AllOf(HasDatum("depth", DoubleEq(12)), HasDatum("depth", Matcher<double>{Gt(11.0)})));
  EXPECT_THAT(result_, AllOf(Not(HasDatum("queue", DoubleNear(0, 1e9))), Not(HasDatum("age", DoubleEq(0)))));
}

TEST_F(DatumMatcherTest, TakesMatchersOfBooleans) {
  EXPECT_THAT(result_, AllOf(HasDatum("full", IsFalse()), Not(HasDatum("full", IsTrue()))));
  EXPECT_THAT(result_, AllOf(HasDatum("full", Matcher<bool>{false}), Not(HasDatum("depth", Matcher<bool>{_}))));
  EXPECT_THAT(result_, AllOf(Not(HasDatum("depth", IsFalse())), Not(HasDatum("queue", IsFalse()))));
}

TEST_F(DatumMatcherTest, MatchesNothingUnderAnotherKey) { EXPECT_THAT(result_, Not(HasDatum("width", _))); }

TEST_F(DatumMatcherTest, MatchesReports) {
  const CheckReport report{.name = "queue", .data = result_.data()};

  EXPECT_THAT(report, HasDatum("depth", 12));
}

TEST_F(DatumMatcherTest, ExplainsWhatItSaw) {
  auto result = CheckResult::warn("backlog").with("depth", 12);
  const Matcher<CheckResult> other_value = HasDatum("depth", Gt(20));
  const Matcher<CheckResult> other_key = HasDatum("width", 1);

  EXPECT_EQ(explanation(other_value, result), "whose datum depth is 12");
  EXPECT_EQ(explanation(other_key, result), "which has no datum width, only depth");
  EXPECT_EQ(explanation(other_key, result.with("height", 3)), "which has no datum width, only depth, height");
  EXPECT_EQ(explanation(other_key, CheckResult::pass()), "which has no datum width");
}

TEST_F(DatumMatcherTest, PassesOnWhatTheMatcherOfTheValueExplains) {
  const auto result = CheckResult::pass().with("depth", 12);
  const Matcher<CheckResult> untrue = HasDatum("depth", Truly([](const auto& depth) { return depth > 20; }));
  const Matcher<CheckResult> far = HasDatum("depth", DoubleNear(20, 1));

  EXPECT_EQ(explanation(untrue, result), "whose datum depth is 12, didn't satisfy the given predicate");
  EXPECT_EQ(explanation(far, result), "whose datum depth is 12, which is -8 from 20");
}

TEST_F(DatumMatcherTest, DescribesItself) {
  const Matcher<CheckResult> matcher = HasDatum("depth", Gt(20));

  EXPECT_EQ(DescribeMatcher<CheckResult>(matcher), "has a datum depth that is > 20");
  EXPECT_EQ(DescribeMatcher<CheckResult>(Not(matcher)), "has no datum depth that is > 20");
}

TEST(PrintTest, ShowsResultsAndReportsInWords) {
  const CheckReport report{.name = "disk", .status = Status::fail, .message = "full"};

  EXPECT_EQ(testing::PrintToString(CheckResult::pass()), "pass");
  EXPECT_EQ(testing::PrintToString(CheckResult::warn("slow").with("load", 0.5).with("idle", true)),
            "warn \"slow\" {load: 0.5, idle: true}");
  EXPECT_EQ(testing::PrintToString(report), "disk: fail \"full\"");
  EXPECT_EQ(testing::PrintToString(vitals::Value{}), "null");
}

}  // namespace
