#include <functional>
#include <optional>
#include <stdexcept>

#include <gmock/gmock.h>

#include "unit/http/http_endpoint_fixture.hpp"

namespace {

using testing::ThrowsMessage;
using vitals::HttpResponse;
using EmptyRequestTest = vitals::test::EndpointTest;

const char* const nothing = nullptr;

TEST_F(EmptyRequestTest, NullIsEmptyText) {
  EXPECT_FALSE(endpoint.handle({.target = nothing}));
  EXPECT_EQ(endpoint.handle({.method = nothing, .target = "/healthz"}).value().status, 405);
  EXPECT_EQ(endpoint.handle({.target = "/healthz", .accept = nothing}).value().status, 200);
}

TEST_F(EmptyRequestTest, ADoneThatIsEmptyIsRefused) {
  const auto is_refused = ThrowsMessage<std::invalid_argument>("vitals: async_handle: `done` must not be empty");

  EXPECT_THAT([&] { (void)endpoint.async_handle({.target = "/ready"}, {}); }, is_refused);
  EXPECT_THAT([&] { (void)endpoint.async_handle({.target = "/foreign"}, nullptr); }, is_refused);
}

}  // namespace
