#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <memory_resource>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/beast.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "unit/http/http_endpoint_fixture.hpp"

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace http = boost::beast::http;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::BeastResponse;
using vitals::CheckResult;

using EmptyRequest = http::request<http::empty_body>;
using Reply = std::optional<BeastResponse>;

constexpr unsigned http_1_0 = 10;
constexpr unsigned http_1_1 = 11;

EmptyRequest get(const char* target) { return {http::verb::get, target, http_1_1}; }

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

std::string wire_of(BeastResponse response) {
  std::ostringstream bytes;
  bytes << response;
  return bytes.str();
}

class BeastRespondTest : public vitals::test::EndpointTest {};

TEST_F(BeastRespondTest, AnswersThePathsOfTheEndpoint) {
  const Reply reply = vitals::respond(endpoint, get("/ready"));

  EXPECT_EQ(reply.value().result(), http::status::ok);
  EXPECT_EQ(reply->body(), "OK");
  EXPECT_EQ(text_of(reply->at(http::field::content_type)), "text/plain; charset=utf-8");
  EXPECT_EQ(text_of(reply->at(http::field::cache_control)), "no-store");
  EXPECT_EQ(text_of(reply->at(http::field::content_length)), "2");
}

TEST_F(BeastRespondTest, LeavesForeignPathsToTheServer) {
  EXPECT_EQ(vitals::respond(endpoint, get("/orders")), std::nullopt);
}

TEST_F(BeastRespondTest, ShowsDetailsToCallersThatMaySeeThem) {
  using vitals::Callers;
  database.set(CheckResult::fail("refused"));
  const vitals::Endpoint local{health, {.details = Callers::on_loopback}};
  const vitals::Endpoint guarded{health, {.details = Callers::with_token, .tokens = {"0123456789abcdef"}}};
  auto request = get("/ready?verbose");
  request.set(http::field::host, "localhost");

  EXPECT_THAT(vitals::respond(local, request, "127.0.0.1").value().body(), HasSubstr("refused"));
  EXPECT_THAT(vitals::respond(local, request).value().body(), HasSubstr("reason withheld"));
  EXPECT_THAT(vitals::respond(local, request, "192.0.2.1").value().body(), HasSubstr("reason withheld"));

  request.set(http::field::authorization, "Bearer 0123456789abcdef");
  EXPECT_THAT(vitals::respond(guarded, request).value().body(), HasSubstr("refused"));
  request.insert(http::field::authorization, "Bearer 0123456789abcdef");
  EXPECT_THAT(vitals::respond(guarded, request).value().body(), HasSubstr("reason withheld"));

  request.set("X-Forwarded-For", "192.0.2.1");
  EXPECT_THAT(vitals::respond(local, request, "127.0.0.1").value().body(), HasSubstr("reason withheld"));
}

TEST_F(BeastRespondTest, RefusesAHandlerThatIsEmpty) {
  using Handler = std::function<void(Reply)>;
  asio::io_context io;
  const auto is_refused =
      testing::ThrowsMessage<std::invalid_argument>("vitals: async_respond: the handler must not be empty");

  EXPECT_THAT([&] { (void)vitals::async_respond(endpoint, get("/ready"), Handler{}); }, is_refused);
  EXPECT_THAT(
      [&] { (void)vitals::async_respond(endpoint, get("/ready"), asio::bind_executor(io.get_executor(), Handler{})); },
      is_refused);
}

TEST_F(BeastRespondTest, SaysThatAProbeFails) {
  database.set(CheckResult::fail());

  const Reply reply = vitals::respond(endpoint, get("/ready?verbose"));

  EXPECT_EQ(reply.value().result(), http::status::service_unavailable);
  EXPECT_THAT(reply->body(), HasSubstr("[-]database"));
}

TEST_F(BeastRespondTest, GivesHeadTheLengthOfGetWithoutItsBody) {
  EmptyRequest request = get("/ready");
  request.method(http::verb::head);

  const Reply reply = vitals::respond(endpoint, request);

  EXPECT_THAT(wire_of(reply.value()), HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(wire_of(reply.value()), testing::EndsWith("\r\n\r\n"));
}

TEST_F(BeastRespondTest, RefusesMethodsThatAreNotAnswered) {
  EmptyRequest request = get("/ready");
  request.method_string("BREW");

  const Reply reply = vitals::respond(endpoint, request);

  EXPECT_EQ(reply.value().result(), http::status::method_not_allowed);
  EXPECT_EQ(text_of(reply->at(http::field::allow)), "GET, HEAD, OPTIONS");
}

TEST_F(BeastRespondTest, JoinsSeveralAcceptFields) {
  EmptyRequest request = get("/ready");
  request.insert(http::field::accept, "text/html");
  request.insert(http::field::accept, "application/health+json");
  request.insert(http::field::accept, "image/png");

  const Reply reply = vitals::respond(endpoint, request);

  EXPECT_EQ(text_of(reply.value().at(http::field::content_type)), "application/health+json");
}

TEST_F(BeastRespondTest, TakesRequestsWithAnyBodyAndAnyAllocator) {
  using OtherFields = http::basic_fields<std::pmr::polymorphic_allocator<char>>;
  http::request<http::dynamic_body, OtherFields> request;
  request.method(http::verb::get);
  request.target("/ready");
  request.insert(http::field::accept, "application/json");

  const Reply reply = vitals::respond(endpoint, request);

  EXPECT_EQ(text_of(reply.value().at(http::field::content_type)), "application/json");
}

struct Persistence {
  unsigned version;
  const char* connection;
  const char* status_line;
  bool keep_alive;
};

std::ostream& operator<<(std::ostream& stream, const Persistence& persistence) {
  return stream << persistence.version << " with "
                << (persistence.connection == nullptr ? "no Connection" : persistence.connection);
}

class BeastPersistenceTest : public BeastRespondTest, public testing::WithParamInterface<Persistence> {};

TEST_P(BeastPersistenceTest, IsThatOfTheRequest) {
  EmptyRequest request = get("/ready");
  request.version(GetParam().version);
  if (GetParam().connection != nullptr) request.set(http::field::connection, GetParam().connection);

  const Reply reply = vitals::respond(endpoint, request);

  EXPECT_THAT(wire_of(reply.value()), StartsWith(GetParam().status_line));
  EXPECT_EQ(reply->keep_alive(), GetParam().keep_alive);
}

INSTANTIATE_TEST_SUITE_P(Requests, BeastPersistenceTest,
                         testing::Values(Persistence{http_1_1, nullptr, "HTTP/1.1 200 OK\r\n", true},
                                         Persistence{http_1_1, "close", "HTTP/1.1 200 OK\r\n", false},
                                         Persistence{http_1_0, nullptr, "HTTP/1.0 200 OK\r\n", false},
                                         Persistence{http_1_0, "keep-alive", "HTTP/1.0 200 OK\r\n", true}));

class BeastAsyncRespondTest : public vitals::test::EndpointTest {};

TEST_F(BeastAsyncRespondTest, AnswersInlineIfItNeedNotWait) {
  int calls = 0;
  Reply answer;

  const auto pending = vitals::async_respond(endpoint, get("/ready"), [&](Reply reply) {
    ++calls;
    answer = std::move(reply);
  });

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(answer.value().body(), "OK");
}

TEST_F(BeastAsyncRespondTest, ReportsAForeignPathInline) {
  int calls = 0;

  const auto pending = vitals::async_respond(endpoint, get("/orders"), [&](const Reply& reply) {
    ++calls;
    EXPECT_FALSE(reply.has_value());
  });

  EXPECT_EQ(calls, 1);
}

TEST_F(BeastAsyncRespondTest, TakesAHandlerThatCanOnlyBeMoved) {
  bool called = false;

  const auto pending = vitals::async_respond(endpoint, get("/ready"),
                                             [&, owned = std::make_unique<int>()](const Reply&) { called = true; });

  EXPECT_TRUE(called);
}

/// A readiness check whose runs wait at the gate.
class GatedBeastRespondTest : public testing::Test {
 protected:
  ~GatedBeastRespondTest() override { open_gate(); }

  void open_gate() {
    if (!std::exchange(open_, true)) gate_->count_down();
  }

 private:
  std::shared_ptr<std::latch> gate_ = std::make_shared<std::latch>(1);
  bool open_ = false;

 protected:
  asio::io_context io;
  vitals::HealthRegistry health{{.answer_budget = 60s}};
  vitals::CheckHandle database =
      health.add_readiness_check("database", [gate = gate_] { gate->wait(); },
                                 {.timeout = 60s, .schedule = vitals::on_demand(0s), .stale_after = 1h});
  vitals::Runner runner{health};
  vitals::Endpoint endpoint{health};
};

TEST_F(GatedBeastRespondTest, BringsTheAnswerToTheExecutorOfTheHandler) {
  std::optional<std::thread::id> thread;
  const auto pending =
      vitals::async_respond(endpoint, get("/ready"), asio::bind_executor(io.get_executor(), [&](const Reply& reply) {
                              EXPECT_EQ(reply.value().result(), http::status::ok);
                              thread = std::this_thread::get_id();
                            }));

  open_gate();
  io.run();  // returns only when no work is left

  EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST_F(GatedBeastRespondTest, IsCancelledByDroppingTheHandle) {
  bool called = false;
  {
    const auto dropped = vitals::async_respond(
        endpoint, get("/ready"), asio::bind_executor(io.get_executor(), [&](const Reply&) { called = true; }));
  }

  open_gate();
  io.run();

  EXPECT_FALSE(called);
}

}  // namespace
