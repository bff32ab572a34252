#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/kept_bodies.hpp"
#include "support/probe.hpp"

namespace {

using testing::Each;
using testing::Ne;
using vitals::detail::KeptBodies;
using vitals::detail::KeptBody;
using vitals::detail::Method;
using vitals::detail::Question;
using vitals::detail::Sight;
using vitals::test::Gate;

std::string renew(KeptBodies& bodies, const Question& question, std::string body) {
  const auto write = [&] { return std::make_shared<const KeptBody>(KeptBody{.rendered = {.body = std::move(body)}}); };
  return bodies.renew(question, write)->rendered.body;
}

TEST(KeptBodiesTest, AreKeptForEachVariantAndSight) {
  KeptBodies bodies{3};
  std::vector<Question> questions;
  for (const std::size_t variant : {0U, 1U, 2U})
    for (const auto sight : {Sight::counts, Sight::names, Sight::details})
      questions.push_back({.sight = sight, .variant = variant});
  for (const auto& question : questions) EXPECT_EQ(bodies.find(question), nullptr);

  for (std::size_t i = 0; i < questions.size(); ++i) renew(bodies, questions[i], std::to_string(i));

  for (std::size_t i = 0; i < questions.size(); ++i)
    EXPECT_EQ(bodies.find(questions[i])->rendered.body, std::to_string(i));
}

TEST(KeptBodiesTest, AreTheSameForAllMethodsAndMediaTypes) {
  KeptBodies bodies{1};

  renew(bodies, {.media_type = "application/json"}, "{}");

  EXPECT_NE(bodies.find({.method = Method::head, .media_type = "application/health+json"}), nullptr);
}

TEST(KeptBodiesTest, NeverGiveABodyThatWasBegunBeforeTheRequest) {
  constexpr int late = 8;
  KeptBodies bodies{1};
  const Question question;
  std::latch begun{1};
  Gate first;
  std::atomic<int> written = 0;
  const KeptBodies::Writer write = [&] {
    if (++written == 1) {
      begun.count_down();
      first.wait();
    }
    return std::make_shared<const KeptBody>(KeptBody{.rendered = {.body = std::to_string(written)}});
  };
  std::vector<std::string> got(late);

  std::jthread writer{[&] { EXPECT_EQ(bodies.renew(question, write)->rendered.body, "1"); }};
  begun.wait();
  std::vector<std::jthread> callers;
  std::latch come{late};
  for (auto& body : got)
    callers.emplace_back([&] {
      come.count_down();
      body = bodies.renew(question, write)->rendered.body;
    });
  come.wait();
  first.open();
  callers.clear();

  EXPECT_THAT(got, Each(Ne("1")));
}

TEST(KeptBodiesTest, AreTwoAtMostWhereTheyMayLag) {
  KeptBodies bodies{1};
  const Question question;
  int written = 0;
  const KeptBodies::Writer write = [&] {
    return std::make_shared<const KeptBody>(KeptBody{.rendered = {.body = std::to_string(++written)}});
  };
  constexpr bool may_lag = true;

  const auto first = bodies.renew(question, write, may_lag);
  auto second = bodies.renew(question, write, may_lag);
  EXPECT_EQ(bodies.renew(question, write, may_lag), second);
  EXPECT_EQ(bodies.renew(question, write)->rendered.body, "3");

  const auto third = bodies.renew(question, write, may_lag);
  second.reset();
  EXPECT_EQ(third->rendered.body, "4");
}

TEST(KeptBodiesTest, WriteANewBodyForARequestAfterTheLastWasWritten) {
  KeptBodies bodies{1};
  const Question question;
  renew(bodies, question, "old");

  EXPECT_EQ(renew(bodies, question, "new"), "new");
}

}  // namespace
