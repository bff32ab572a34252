// A `done` that ends the thread that calls it.

#include <chrono>
#include <optional>
#include <pthread.h>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/probe.hpp"

namespace vitals::test {
namespace {

TEST(EndedDoneTest, KeepsNoAnswerFromOthers) {
  HealthRegistry health{{.answer_budget = std::chrono::seconds{60}}};
  Gate checked;
  health.add_readiness_check("gated", [&] { checked.wait(); }, {.timeout = std::chrono::seconds{60}});
  const Runner runner{health};
  const Endpoint endpoint{health};
  Counter done;
  const auto ending = [&](const std::optional<HttpResponse>&) {
    done.add();
    pthread_exit(nullptr);
  };
  const auto first = endpoint.async_handle({.target = "/ready"}, ending);
  const auto second = endpoint.async_handle({.target = "/ready"}, ending);
  const auto third =
      endpoint.async_handle({.target = "/ready"}, [&](const std::optional<HttpResponse>&) { done.add(); });

  checked.open();

  done.await(3);
}

}  // namespace
}  // namespace vitals::test
