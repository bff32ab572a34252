#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>

#include "support/gate.hpp"

namespace vitals_test {

using Reply = std::optional<vitals::HttpResponse>;

/// What a request without waiting comes to.
struct Asked {
  std::shared_ptr<std::promise<Reply>> promise = std::make_shared<std::promise<Reply>>();
  std::future<Reply> reply = promise->get_future();
  vitals::PendingResponse pending = {};
};

class RouteCallsTest : public testing::Test {
 protected:
  ~RouteCallsTest() override { gate.open(); }

  static Asked ask(const vitals::Endpoint& endpoint, const std::string& target) {
    Asked asked;
    asked.pending = endpoint.async_handle(
        {.target = target}, [promise = asked.promise](Reply reply) { promise->set_value(std::move(reply)); });
    return asked;
  }

  Gate gate;
};

}  // namespace vitals_test
