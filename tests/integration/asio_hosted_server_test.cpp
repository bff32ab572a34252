// A HostedServer runs on every kind of context and executor.

#include <atomic>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include "support/hosted_server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;

class HostedServerTest : public HostedServerFixture {};

TEST_F(HostedServerTest, AnswersOnASingleThreadedContext) {
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop();

  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
  EXPECT_EQ(http_get(server.port(), "/ready").status, 200);
  EXPECT_EQ(http_get(server.port(), "/nowhere").status, 404);
}

TEST_F(HostedServerTest, AnswersOnAContextWithFourThreads) {
  health_.add_readiness_check("check", [] { return true; });
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop(4);

  std::vector<std::thread> probers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i)
    probers.emplace_back([&, port = server.port()] {
      for (int k = 0; k < 25; ++k) answered += http_get(port, k % 2 == 0 ? "/ready" : "/health").status == 200 ? 1 : 0;
    });
  for (auto& prober : probers) prober.join();

  EXPECT_EQ(answered, 200);
}

TEST_F(HostedServerTest, AnswersOnAStrand) {
  vitals::HostedServer server{boost::asio::make_strand(io_), health_, local()};
  server.start();
  run_loop(4);

  EXPECT_EQ(http_get(server.port(), "/ready").status, 200);
}

TEST_F(HostedServerTest, AnswersOnAThreadPoolAndItsExecutor) {
  boost::asio::thread_pool pool{2};
  vitals::HostedServer on_context{pool, health_, local()};
  vitals::HostedServer on_executor{boost::asio::any_io_executor{pool.get_executor()}, health_, local()};

  on_context.start();
  on_executor.start();

  EXPECT_EQ(http_get(on_context.port(), "/ready").status, 200);
  EXPECT_EQ(http_get(on_executor.port(), "/ready").status, 200);
}

TEST_F(HostedServerTest, AnswersOnTheSystemsExecutor) {
  vitals::HostedServer server{boost::asio::system_executor{}, health_, local()};
  server.start();

  EXPECT_EQ(http_get(server.port(), "/ready").status, 200);
}

TEST_F(HostedServerTest, RefusesAnEmptyExecutor) {
  const auto server_on_nothing = [&] { vitals::HostedServer{boost::asio::any_io_executor{}, health_, local()}; };

  EXPECT_THAT(server_on_nothing, testing::ThrowsMessage<std::invalid_argument>("vitals: the executor is empty"));
}

TEST_F(HostedServerTest, AnswersNothingWhileTheLoopIsBlockedAndEverythingAfterwards) {
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  boost::asio::post(io_, [gate = gate_] { gate.wait(); });
  run_loop();
  gate_.wait_until_entered();
  HttpClient client{server.port()};

  client.send(get_healthz);
  EXPECT_FALSE(client.has_input());
  gate_.open();

  EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(HostedServerTest, IsBesideALivenessCheckThatFailsWhileTheLoopIsBlocked) {
  const auto busy = boost::asio::make_work_guard(io_);
  vitals::HealthServer witness{health_, local()};
  health_.add_liveness_check("event-loop", vitals::run_on(io_, [] { return true; }),
                             {.timeout = 50ms, .schedule = vitals::on_demand(0s)});
  witness.start();
  boost::asio::post(io_, [gate = gate_] { gate.wait(); });
  run_loop();
  gate_.wait_until_entered();

  while (http_get(witness.port(), "/healthz").status != 503) {
  }
  gate_.open();
  while (http_get(witness.port(), "/healthz").status != 200) {
  }
}

TEST_F(HostedServerTest, AnswersAProbeThatWaitsForACheckOnItsOwnLoop) {
  health_.add_readiness_check("loop", vitals::run_on(io_, [] { return true; }), patient());
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop();

  EXPECT_EQ(http_get(server.port(), "/ready").status, 200);
}

TEST_F(HostedServerTest, NamesAddressAndPortWhenItCannotListen) {
  vitals::HostedServer first{io_, health_, local()};
  first.start();
  vitals::HostedServer second{io_, health_, local(first.port())};
  std::error_code error;

  second.start(error);

  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_THAT([&] { second.start(); }, testing::ThrowsMessage<std::system_error>(
                                           HasSubstr("can't listen on 127.0.0.1:" + std::to_string(first.port()))));
}

TEST_F(HostedServerTest, RefusesASecondStartAndMalformedOptions) {
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  std::error_code error;

  server.start(error);

  EXPECT_EQ(error, vitals::Errc::already_started);
  EXPECT_THROW((vitals::HostedServer{io_, health_, {.address = "localhost"}}), std::invalid_argument);
}

TEST_F(HostedServerTest, AnswersAgainOnTheSamePortAfterStopAndStart) {
  vitals::HostedServer first{io_, health_, local()};
  first.start();
  vitals::HostedServer server{io_, health_, local(first.port())};
  first.stop();  // no loop runs meanwhile

  for (int i = 0; i < 3; ++i) {
    server.start();
    run_loop();
    EXPECT_EQ(http_get(server.port(), "/ready").status, 200);
    server.stop();
    EXPECT_EQ(server.port(), 0);
    join_loop();
  }
}

}  // namespace
}  // namespace vitals_test
