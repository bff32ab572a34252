#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>

#include "support/responses.hpp"

namespace {

using testing::HasSubstr;
using testing::StrEq;
using vitals::Endpoint;
using vitals::EndpointOptions;
using vitals::HealthRegistry;
using vitals::HttpRequest;
using vitals::HttpResponse;
using vitals::HttpRoute;
using vitals::HttpRoutes;
using vitals::test::get;
using vitals::test::header;

// Memory may be refused.
static_assert(!std::is_nothrow_copy_assignable_v<HttpRoutes>);
static_assert(std::is_nothrow_move_assignable_v<HttpRoutes>);

std::string refusal_of(HealthRegistry& health, const EndpointOptions& options) {
  try {
    const Endpoint endpoint{health, options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

class RoutesTest : public testing::Test {
 protected:
  HttpResponse answer_of(HttpRoute::Handler handler) {
    const Endpoint endpoint{health, {.routes = {{"/x", std::move(handler)}}}};
    return get(endpoint, "/x");
  }

  HealthRegistry health;
};

TEST_F(RoutesTest, SendTextAndJson) {
  const Endpoint endpoint{health,
                          {.routes = {{"/text", [] { return "on"; }},
                                      {"/string", [] { return std::string{"off"}; }},
                                      {"/info", [] { return HttpResponse::json(R"({"commit":"9f3c2e1"})"); }}}}};

  EXPECT_EQ(get(endpoint, "/text").body, "on");
  EXPECT_EQ(get(endpoint, "/text").status, 200);
  EXPECT_EQ(header(get(endpoint, "/text"), "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get(endpoint, "/string").body, "off");
  EXPECT_EQ(get(endpoint, "/info").body, R"({"commit":"9f3c2e1"})");
  EXPECT_EQ(get(endpoint, "/info").content_length, 20U);
  EXPECT_EQ(header(get(endpoint, "/info"), "Content-Type"), "application/json");
  EXPECT_EQ(header(get(endpoint, "/info"), "Cache-Control"), "no-store");
}

TEST_F(RoutesTest, AreBesideTheProbes) {
  const Endpoint endpoint{health, {.routes = {{"/text", [] { return "on"; }}}}};

  EXPECT_EQ(get(endpoint, "/ready").body, "OK");
  EXPECT_FALSE(endpoint.handle({.target = "/text/below"}));
  EXPECT_FALSE(endpoint.handle({.target = "/textx"}));
}

TEST_F(RoutesTest, SeeTheRequest) {
  std::string seen;
  const auto handler = [&](const HttpRequest& request) {
    for (const std::string_view part :
         {request.method, request.target, request.accept, request.authorization, request.remote_address})
      seen.append(part).append(";");
    return "seen";
  };
  const Endpoint endpoint{health, {.routes = {{"/x", handler}}}};

  (void)endpoint.handle({.method = "GET",
                         .target = "/x?a=b",
                         .accept = "text/plain",
                         .authorization = "Bearer x",
                         .remote_address = "192.0.2.7"});

  EXPECT_EQ(seen, "GET;/x?a=b;text/plain;Bearer x;192.0.2.7;");
}

TEST_F(RoutesTest, AreCalledForEachRequest) {
  int calls = 0;
  const Endpoint endpoint{health, {.routes = {{"/x", [&] { return std::to_string(++calls); }}}}};

  EXPECT_EQ(get(endpoint, "/x").body, "1");
  EXPECT_EQ(get(endpoint, "/x").body, "2");
}

TEST_F(RoutesTest, AnswerHeadAndOptionsAndNoOtherMethod) {
  int calls = 0;
  const Endpoint endpoint{health, {.routes = {{"/x", [&] {
                                                 ++calls;
                                                 return "body";
                                               }}}}};

  const auto head = endpoint.handle({.method = "HEAD", .target = "/x"}).value();
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.content_length, 4U);
  EXPECT_EQ(header(endpoint.handle({.method = "OPTIONS", .target = "/x"}).value(), "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(calls, 2);

  EXPECT_EQ(endpoint.handle({.method = "POST", .target = "/x"}).value().status, 405);
  EXPECT_EQ(calls, 2);
}

TEST_F(RoutesTest, SendWhatTheHandlerSets) {
  const auto reply = answer_of([](const HttpRequest&) {
    return HttpResponse{.status = 418, .headers = {{"x-flavour", "Earl Grey"}}, .body = "short and stout"};
  });

  EXPECT_EQ(reply.status, 418);
  EXPECT_EQ(header(reply, "x-flavour"), "Earl Grey");
  EXPECT_EQ(reply.body, "short and stout");
  EXPECT_EQ(reply.content_length, 15U);
}

TEST_F(RoutesTest, LeaveFramingToTheServer) {
  const auto reply = answer_of([](const HttpRequest&) {
    return HttpResponse{.status = 200,
                        .headers = {{"Content-Length", "99"},
                                    {"transfer-encoding", "chunked"},
                                    {"Connection", "close"},
                                    {"Date", "now"},
                                    {"Content-Type", "text/csv"},
                                    {"Cache-Control", "max-age=99"}},
                        .body = "a,b"};
  });

  for (const auto* name : {"Content-Length", "transfer-encoding", "Connection", "Date"})
    EXPECT_EQ(header(reply, name), "none") << name;
  EXPECT_EQ(header(reply, "Content-Type"), "text/csv");
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(reply.content_length, 3U);
}

TEST_F(RoutesTest, AreAnInternalErrorWhereTheHandlerThrowsOrBreaksHttp) {
  const auto with = [](int status, std::string name, std::string value) {
    return [response = HttpResponse{.status = status, .headers = {{std::move(name), std::move(value)}}}](
               const HttpRequest&) { return response; };
  };

  for (const auto& handler : std::initializer_list<HttpRoute::Handler>{
           [](const HttpRequest&) -> HttpResponse { throw std::runtime_error{"secret"}; },
           [](const HttpRequest&) -> HttpResponse { throw 1; }, with(199, "a", "b"), with(600, "a", "b"),
           with(200, "", "b"), with(200, "a b", "c"), with(200, "a:", "c"), with(200, "a", "b\r\nc: d"),
           with(200, "a", std::string(1, '\0')), with(204, "a", "b"), with(205, "a", "b"), with(304, "a", "b")}) {
    const auto reply = answer_of(handler);

    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, "Internal Server Error");
  }
  EXPECT_EQ(answer_of(with(599, "a", "\tb \xc3\xa4")).status, 599);
}

TEST_F(RoutesTest, AreRefusedWithAnEmptyHandler) {
  constexpr auto rule = "vitals: the handler of the route /x must not be empty";
  const auto refused = [](auto handler) {
    try {
      const HttpRoute route{"/x", handler};
    } catch (const std::invalid_argument& error) {
      return std::string{error.what()};
    }
    return std::string{"accepted"};
  };

  EXPECT_EQ(refused(HttpRoute::Handler{}), rule);
  EXPECT_EQ(refused(std::function<std::string()>{}), rule);
  EXPECT_EQ(refused(static_cast<const char* (*)()>(nullptr)), rule);
}

TEST_F(RoutesTest, AreRefusedWhereTheirPathIsTakenOrMalformed) {
  const auto on = [] { return "on"; };

  EXPECT_THAT(refusal_of(health, {.routes = {{"/ready", on}}}),
              StrEq("vitals: EndpointOptions::routes: \"/ready\" must be given only once, in one list or route"));
  EXPECT_THAT(refusal_of(health, {.routes = {{"/x", on}, {"/x", on}}}),
              StrEq("vitals: EndpointOptions::routes: \"/x\" must be given only once, in one list or route"));
  EXPECT_THAT(refusal_of(health, {.routes = {{"x", on}}}),
              StrEq("vitals: EndpointOptions::routes: \"x\" must begin with '/'"));
}

TEST_F(RoutesTest, AreThirtyTwoAtMost) {
  EndpointOptions options;
  for (int i = 0; i < 32; ++i) options.routes.add({"/" + std::to_string(i), [] { return "on"; }});
  EXPECT_EQ(refusal_of(health, options), "accepted");

  options.routes.add({"/one-more", [] { return "on"; }});

  EXPECT_THAT(refusal_of(health, options), HasSubstr("vitals: EndpointOptions::routes: at most 32 routes, not 33"));
}

TEST(HttpRoutesTest, AreAValue) {
  HttpRoutes routes{{"/a", [] { return "a"; }}, {"/b", [] { return "b"; }}};
  const HttpRoutes copy = routes;

  routes.add({"/c", [] { return "c"; }});

  EXPECT_EQ(routes.size(), 3U);
  EXPECT_EQ(copy.size(), 2U);
  EXPECT_EQ(copy.begin()->path(), "/a");
  EXPECT_TRUE(HttpRoutes{}.empty());
}

}  // namespace
