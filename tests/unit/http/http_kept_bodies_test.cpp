#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <optional>
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
using vitals::Probe;
using vitals::detail::Format;
using vitals::detail::KeptBodies;
using vitals::detail::KeptBody;
using vitals::detail::Method;
using vitals::detail::Route;
using vitals::test::Gate;

std::string renew(KeptBodies& bodies, const Route& route, std::string body) {
  return bodies.renew(route, [&] { return std::make_shared<const KeptBody>(KeptBody{.body = std::move(body)}); })->body;
}

TEST(KeptBodiesTest, AreKeptForEachSubjectAndKindOfBody) {
  KeptBodies bodies;
  std::vector<Route> routes;
  for (const auto probe : {std::optional{Probe::liveness}, std::optional{Probe::readiness},
                           std::optional{Probe::startup}, std::optional<Probe>{}})
    for (const auto format : {Format::text, Format::verbose_text, Format::health_json})
      routes.push_back({.probe = probe, .format = format});
  for (const auto& route : routes) EXPECT_EQ(bodies.find(route), nullptr);

  for (std::size_t i = 0; i < routes.size(); ++i) renew(bodies, routes[i], std::to_string(i));

  for (std::size_t i = 0; i < routes.size(); ++i) EXPECT_EQ(bodies.find(routes[i])->body, std::to_string(i));
}

TEST(KeptBodiesTest, AreTheSameForAllMethodsAndBothJsonTypes) {
  KeptBodies bodies;

  renew(bodies, {.probe = Probe::readiness, .format = Format::json}, "{}");

  EXPECT_NE(bodies.find({.probe = Probe::readiness, .method = Method::head, .format = Format::health_json}), nullptr);
}

TEST(KeptBodiesTest, GiveNobodyABodyThatWasBegunBeforeHeCame) {
  constexpr int late = 8;
  KeptBodies bodies;
  const Route route{.probe = Probe::readiness, .format = Format::json};
  std::latch begun{1};
  Gate first;
  std::atomic<int> written = 0;
  const KeptBodies::Writer write = [&] {
    if (++written == 1) {
      begun.count_down();
      first.wait();
    }
    return std::make_shared<const KeptBody>(KeptBody{.body = std::to_string(written)});
  };
  std::vector<std::string> got(late);

  std::jthread writer{[&] { EXPECT_EQ(bodies.renew(route, write)->body, "1"); }};
  begun.wait();
  std::vector<std::jthread> callers;
  std::latch come{late};
  for (auto& body : got)
    callers.emplace_back([&] {
      come.count_down();
      body = bodies.renew(route, write)->body;
    });
  come.wait();
  first.open();
  callers.clear();

  EXPECT_THAT(got, Each(Ne("1")));
}

TEST(KeptBodiesTest, WriteAnewForWhoComesAfterTheLastWasWritten) {
  KeptBodies bodies;
  const Route route{.probe = Probe::readiness, .format = Format::json};
  renew(bodies, route, "old");

  EXPECT_EQ(renew(bodies, route, "new"), "new");
}

}  // namespace
