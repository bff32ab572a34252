#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "page/history.hpp"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using vitals::HealthEvent;
using vitals::Status;
using vitals::detail::History;

HealthEvent transition(std::string check, std::string reason = {}) {
  return {.check = std::move(check), .from = Status::pass, .to = Status::fail, .reason = std::move(reason)};
}

std::vector<std::string> checks_in(const History& history) {
  std::vector<std::string> names;
  for (const auto& event : history.latest()) names.push_back(event.check);
  return names;
}

TEST(HistoryTest, HasTheNewestTransitionFirst) {
  History history;

  history.add(transition("a"));
  history.add(transition("b"));

  EXPECT_THAT(checks_in(history), ElementsAre("b", "a"));
}

TEST(HistoryTest, LeavesOutWhatIsNoTransition) {
  History history;

  history.add({.check = "a", .to = Status::fail});

  EXPECT_THAT(history.latest(), IsEmpty());
}

TEST(HistoryTest, KeepsTheLastFifty) {
  History history;

  for (int i = 0; i < 60; ++i) history.add(transition(std::to_string(i)));

  EXPECT_THAT(history.latest(), SizeIs(50));
  EXPECT_EQ(checks_in(history).front(), "59");
  EXPECT_EQ(checks_in(history).back(), "10");
}

TEST(HistoryTest, KeepsAtMost32KibOfText) {
  History history;

  for (int i = 0; i < 50; ++i) history.add(transition("a", std::string(1023, 'x')));
  EXPECT_THAT(history.latest(), SizeIs(32));

  history.add(transition("b"));
  EXPECT_THAT(history.latest(), SizeIs(32));
  EXPECT_EQ(checks_in(history).front(), "b");
}

}  // namespace
