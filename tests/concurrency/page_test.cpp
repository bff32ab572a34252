// The page's history is written on the thread that calls listeners, and read on those that answer.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/page.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/eventually.hpp"
#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::Callers;
using vitals::Endpoint;
using vitals::EndpointOptions;
using vitals::test::get;
using vitals_test::eventually;

class ConcurrentPageTest : public testing::Test {
 protected:
  [[nodiscard]] static EndpointOptions with_page() { return {.details = Callers::anyone, .routes = {vitals::page()}}; }

  std::atomic<unsigned> runs = 0;
  vitals::HealthRegistry health{{.answer_budget = 60s}};
  vitals::CheckHandle flips =
      health.add_readiness_check("flips", [this] { return ++runs % 2 == 0; }, {.schedule = vitals::every(1ms)});
  const vitals::Runner runner{health};
};

TEST_F(ConcurrentPageTest, IsWrittenWhileTransitionsCome) {
  const Endpoint endpoint{health, with_page()};
  std::vector<std::thread> browsers;
  for (const auto* target : {"/health", "/health?feed", "/health"})
    browsers.emplace_back([&, target] {
      for (int i = 0; i < 100; ++i) EXPECT_THAT(get(endpoint, target, "text/html").body, HasSubstr("flips"));
    });
  for (auto& browser : browsers) browser.join();

  EXPECT_TRUE(
      eventually([&] { return get(endpoint, "/health", "text/html").body.find("<b>flips</b>") != std::string::npos; }));
}

TEST_F(ConcurrentPageTest, MayEndWhileTransitionsCome) {
  for (int i = 0; i < 100; ++i) {
    const Endpoint endpoint{health, with_page()};
    EXPECT_THAT(get(endpoint, "/health?feed").body, HasSubstr("transitions"));
  }
}

}  // namespace
