// A probe may get no answer if its memory is refused; the next probe gets one.

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/page.hpp>
#include <vitals/server.hpp>

#include "concurrency/allocation_failures_fixture.hpp"
#include "support/http_client.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;
using vitals::Probe;

constexpr int closed = 0;

struct Answer {
  int status = closed;
  std::string text = {};
};

/// The answer to a request on a new connection.
Answer get(std::uint16_t port, const std::string& target, const std::string& accept = "*/*") {
  std::optional<HttpClient> client;
  try {
    client.emplace(port);
    client->send("GET " + target + " HTTP/1.1\r\nHost: a\r\nAccept: " + accept + "\r\nConnection: close\r\n\r\n");
  } catch (const std::runtime_error&) {
    return {};
  }
  if (!client->wait_for_input(10s)) throw std::runtime_error{"neither an answer nor an end"};
  auto text = client->read_to_end();
  return {text.size() > 12 ? std::stoi(text.substr(9, 3)) : closed, std::move(text)};
}

/// A server whose check runs for each probe.
class Service {
 public:
  Service() {
    health_.add_readiness_check(long_name, [this] { ++runs_; }, {.timeout = 200ms, .schedule = vitals::on_demand(0ms)});
  }
  void start() { server_.start(); }
  void stop() { server_.stop(); }
  [[nodiscard]] int runs() const { return runs_; }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  /// Waits until such a probe gets a matching answer; false if it doesn't.
  template <class Matcher>
  [[nodiscard]] bool comes_to_answer(const std::string& target, const std::string& accept, const Matcher& matcher) {
    const testing::Matcher<const std::string&> matches{matcher};
    return eventually([&] {
      const auto answer = get(port(), target, accept);
      return answer.status == 200 && matches.Matches(answer.text);
    });
  }

 private:
  std::atomic<int> runs_ = 0;
  vitals::HealthRegistry health_{{.answer_budget = 300ms}};
  vitals::HealthServer server_{health_,
                               {.address = "127.0.0.1",
                                .port = 0,
                                .endpoint = {.details = vitals::Callers::anyone, .routes = {vitals::page()}},
                                .log = quiet.log,
                                .head_timeout = 500ms,
                                .first_byte_timeout = 500ms,
                                .write_timeout = 500ms}};
};

template <class Matcher>
void expect_next_probe_answered(bool warm, const std::string& target, const std::string& accept,
                                const Matcher& matcher) {
  with_each_allocation_failing(Allocating::others, [&](FailingAllocation& failing) {
    Service service;
    service.start();
    if (warm) {
      EXPECT_TRUE(service.comes_to_answer(target, accept, matcher));
    }

    failing.begin();
    const auto first = get(service.port(), target, accept);
    failing.end();

    EXPECT_THAT(first.status, AnyOf(closed, 200, 500, 503)) << first.text;
    EXPECT_TRUE(service.comes_to_answer(target, accept, matcher));
    const int before = service.runs();
    EXPECT_TRUE(service.comes_to_answer(target, accept, matcher));
    EXPECT_GT(service.runs(), before);
  });
}

TEST(ServerFailuresTest, LeaveTheNextProbeItsAnswerWhenTheFirstFails) {
  expect_next_probe_answered(false, "/ready", "*/*", HasSubstr("OK"));
}

TEST(ServerFailuresTest, LeaveTheNextProbeItsAnswerWhenALaterOneFails) {
  expect_next_probe_answered(true, "/ready", "*/*", HasSubstr("OK"));
}

TEST(ServerFailuresTest, LeaveTheNextProbeItsLineForEachCheck) {
  expect_next_probe_answered(false, "/ready?verbose", "*/*", HasSubstr("[+]" + long_name + " ok"));
}

TEST(ServerFailuresTest, LeaveTheNextProbeItsJson) {
  expect_next_probe_answered(true, "/health", "application/health+json", HasSubstr("\"" + long_name));
}

TEST(ServerFailuresTest, LeaveTheNextBrowserItsPage) {
  expect_next_probe_answered(false, "/health", "text/html", HasSubstr("<th scope=row>" + long_name));
}

TEST(ServerFailuresTest, DoNotAffectOtherConnections) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    Service service;
    service.start();
    const std::string request = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n";
    HttpClient kept{service.port()};
    EXPECT_EQ(kept.send(request).read_response().status, 200);

    failing.begin();
    const auto other = get(service.port(), "/ready?verbose");
    failing.end();

    EXPECT_THAT(other.status, AnyOf(closed, 200, 500, 503)) << other.text;
    EXPECT_THAT(kept.send(request).read_response().status, AnyOf(200, 503));
    EXPECT_TRUE(service.comes_to_answer("/ready", "*/*", HasSubstr("OK")));
  });
}

TEST(ServerFailuresTest, StartsOrThrows) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    Service service;
    const auto start = [&] {
      try {
        service.start();
      } catch (const std::system_error&) {  // no memory for a thread
        throw std::bad_alloc{};
      }
    };

    failing.begin();
    const bool started = failing.attempt(start);
    failing.end();

    if (!started) {
      EXPECT_EQ(service.port(), 0);
      start();
    }
    EXPECT_TRUE(service.comes_to_answer("/ready", "*/*", HasSubstr("OK")));
  });
}

TEST(ServerFailuresTest, StopsAndMayBeStartedAgain) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    Service service;
    service.start();
    EXPECT_TRUE(service.comes_to_answer("/ready", "*/*", HasSubstr("OK")));
    const HttpClient open{service.port()};

    failing.begin();
    failing.attempt([&] { service.stop(); });
    failing.end();

    service.start();
    EXPECT_TRUE(service.comes_to_answer("/ready", "*/*", HasSubstr("OK")));
  });
}

TEST(ReportTest, IsCompleteOrThrows) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    vitals::HealthRegistry health;
    health.add_readiness_check(
        long_name, [&] { ++runs; }, often());
    const vitals::Runner runner{health, quiet};
    EXPECT_TRUE(comes_to_be(health, Probe::readiness, long_name, vitals::test::IsPass()));
    std::optional<vitals::Report> report;

    failing.begin();
    const bool taken = failing.attempt([&] { report = health.report(Probe::readiness); });
    failing.end();

    if (taken) {
      EXPECT_THAT(std::as_const(*report).find(long_name), testing::Pointee(vitals::test::IsPass()));
    }
    const int before = runs;
    EXPECT_TRUE(eventually([&] { return runs >= before + 2; }));
    EXPECT_THAT(health.report(long_name), vitals::test::IsPass());
  });
}

}  // namespace
}  // namespace vitals_test
