// Ways to wear a server down: meanwhile a kubelet keeps getting its answers, and afterwards no connection is left.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/prober.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unaccepted_client.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t dozens = 48;
/// The pause between two bytes of a slow client: short enough for several bytes while a probe is answered.
constexpr std::chrono::milliseconds between_bytes{50};

/// A client that reconnects whenever the server has closed its connection.
class StubbornClient {
 public:
  StubbornClient(std::uint16_t port, std::string_view hello, int receive_buffer)
      : port_{port}, hello_{hello}, receive_buffer_{receive_buffer} {}

  template <class Step>
  void go_on(Step step) {
    try {
      if (!client_) client_.emplace(port_, "127.0.0.1", receive_buffer_).send(hello_);
      step(*client_);
    } catch (const std::runtime_error&) {
      client_.reset();
    }
  }

 private:
  std::uint16_t port_;
  std::string_view hello_;
  int receive_buffer_;
  std::optional<HttpClient> client_ = {};
};

std::chrono::nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

class ServerAttritionTest : public ServerTest {
 protected:
  void start(vitals::HealthServerOptions options = {}) {
    options.log = [](std::string_view) {};
    ServerTest::start(std::move(options));
    before_ = open_sockets();
  }
  /// Answers to `get_all` have 100 kB.
  void start_with_much_to_tell(vitals::HealthServerOptions options = {}) {
    for (int i = 0; i < 100; ++i)
      health_.add_readiness_check("flag-" + std::to_string(i),
                                  vitals::PushedCheck{vitals::CheckResult::warn(std::string(1000, 'x'))});
    options.endpoint.details = vitals::Callers::anyone;
    start(std::move(options));
  }
  /// Attacks repeatedly while a prober sends probes.
  template <class Attack>
  void expect_answers_beside(Attack attack) {
    Prober prober{server_->port()};
    do {
      attack();
      prober.wait_for_an_answer();
    } while (prober.needs_more());
    prober.expect_answers();
  }
  void expect_that_nobody_is_left() {
    EXPECT_TRUE(eventually([&] { return open_sockets() == before_; }));
  }

  /// As many connections as there are descriptors for, at most 10,000; fewer where each costs much. Both ends are in this
  /// process.
  [[nodiscard]] static std::size_t flood(std::size_t places) {
    const std::size_t wanted = sanitized || make_client_wire != nullptr ? 1'000 : 10'000;
    const std::size_t descriptors = DescriptorLimit::hard() - 200;
    return std::min(wanted, std::max(descriptors / 2, descriptors - std::min(places, descriptors)));
  }
  void expect_answers_beside_idle_connections(std::size_t places) {
    start({.max_connections = places});
    std::vector<HttpClient> idle;
    Prober prober{server_->port()};

    for (std::size_t i = 0; i < flood(places); ++i) {
      idle.push_back(connect());
      EXPECT_EQ(idle.back().send(get_healthz).read_response().status, 200);
    }

    prober.expect_answers();
    idle.clear();
    expect_that_nobody_is_left();
  }
  void expect_answers_beside_slow_writers(std::size_t places) {
    start({.max_connections = places});

    expect_answers_beside_slow_clients("", 0, [&](HttpClient& client, std::size_t round) {
      client.send(std::string_view{kubelet_request}.substr(round % kubelet_request.size(), 1));
    });
  }
  void expect_answers_beside_slow_readers(std::size_t places) {
    start_with_much_to_tell({.max_connections = places});
    std::string requests;
    for (int i = 0; i < 100; ++i) requests += get_all;

    expect_answers_beside_slow_clients(requests, 2048, [](HttpClient& client, std::size_t) {
      if (client.has_input()) client.read(1);
    });
  }
  /// All clients send `hello` first, and then take a step every now and then.
  template <class Step>
  void expect_answers_beside_slow_clients(std::string_view hello, int receive_buffer, Step step) {
    std::vector<StubbornClient> clients;
    for (std::size_t i = 0; i < dozens; ++i) clients.emplace_back(server_->port(), hello, receive_buffer);
    std::size_t round = 0;

    expect_answers_beside([&] {
      for (auto& client : clients) client.go_on([&](HttpClient& connected) { step(connected, round); });
      ++round;
      std::this_thread::sleep_for(between_bytes);
    });

    clients.clear();
    expect_that_nobody_is_left();
  }

  const DescriptorLimit as_many_as_possible_{DescriptorLimit::hard()};
  std::set<int> before_;
};

TEST_F(ServerAttritionTest, ByTenThousandIdleConnectionsInFewPlaces) { expect_answers_beside_idle_connections(512); }

TEST_F(ServerAttritionTest, ByTenThousandIdleConnectionsInPlacesForAll) {
  expect_answers_beside_idle_connections(20'000);
}

TEST_F(ServerAttritionTest, ByTenThousandSilentConnections) {
  // The kernel doesn't report every connection that ended before it was accepted. One that has shaken hands was accepted,
  // and must not be silent for too long before the places are full, however slow the machine is.
  const vitals::Duration until_it_is_silent = make_client_wire == nullptr ? 3s : vitals::Duration{10min};
  start({.max_connections = 512, .first_byte_timeout = until_it_is_silent});
  std::vector<HttpClient> silent;
  Prober prober{server_->port()};

  while (silent.size() < flood(512)) {
    for (int i = 0; i < 500; ++i) silent.push_back(connect());
    prober.wait_for_an_answer();
  }

  // If the kernel defers connections without a request, it accepts them in the end.
  EXPECT_TRUE(eventually([&] { return server_->limit_counts().made_room > 0; }));
  prober.expect_answers();
  silent.clear();
  expect_that_nobody_is_left();
}

TEST_F(ServerAttritionTest, ByResetsAtEveryByteOfARequest) {
  start();

  expect_answers_beside([&] {
    for (std::size_t sent = 0; sent <= kubelet_request.size(); ++sent)
      connect().send(std::string_view{kubelet_request}.substr(0, sent)).reset();
  });

  expect_that_nobody_is_left();
}

TEST_F(ServerAttritionTest, ByResetsAtEveryByteOfAnAnswer) {
  start();
  const auto bytes = exchange(kubelet_request).size();

  expect_answers_beside([&] {
    for (std::size_t read = 0; read <= bytes; ++read) {
      auto client = connect();
      client.send(kubelet_request).read(read);
      client.reset();
    }
  });

  expect_that_nobody_is_left();
}

TEST_F(ServerAttritionTest, ByClientsThatWriteAByteNowAndThen) { expect_answers_beside_slow_writers(512); }

TEST_F(ServerAttritionTest, ByClientsThatWriteAByteNowAndThenInFewPlaces) { expect_answers_beside_slow_writers(32); }

TEST_F(ServerAttritionTest, ByClientsThatReadAByteNowAndThen) { expect_answers_beside_slow_readers(512); }

TEST_F(ServerAttritionTest, ByClientsThatReadAByteNowAndThenInFewPlaces) { expect_answers_beside_slow_readers(32); }

TEST_F(ServerAttritionTest, ByALackOfDescriptorsBurnsNoProcessor) {
  VITALS_SKIP_WITH_WIRE("the client's handshake waits for the server");
  add_hanging_check(health_, gate_);
  start();
  UnacceptedClient client{server_->port()};
  client->send(get_healthz);

  const auto before = processor_time();
  EXPECT_FALSE(client->wait_for_input(1s));
  const auto burnt = processor_time() - before;

  EXPECT_LT(burnt, 100ms * (sanitized ? 10 : 1));
  client.free_descriptors();
  EXPECT_EQ(client->read_response().status, 200);
}

TEST_F(ServerAttritionTest, ByALackOfDescriptorsLeavesThoseOfIdleConnectionsToNewOnes) {
  start();
  const int socket = HttpClient::open_socket();
  const LastDescriptor last;
  auto idle = connect();
  idle.send(get_healthz).read_response();  // uses the server's spare descriptor
  HttpClient client{server_->port(), "127.0.0.1", 0, socket};

  client.send(get_healthz);

  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(idle.read_to_end(), "");
}

}  // namespace
}  // namespace vitals_test
