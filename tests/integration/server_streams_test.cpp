// An application that has closed its standard streams: what it writes to their numbers must not reach a client.

#include <array>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/process_without_streams.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error{"can't make a pipe"};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  void put(std::uint16_t word) const {
    if (write(ends_[1], &word, sizeof word) != sizeof word) throw std::runtime_error{"can't write"};
  }
  [[nodiscard]] std::uint16_t get() const {
    std::uint16_t word = 0;
    if (read(ends_[0], &word, sizeof word) != sizeof word) throw std::runtime_error{"can't read"};
    return word;
  }

 private:
  std::array<int, 2> ends_ = {};
};

struct Service {
  Service() {
    health.add_readiness_check("queue", [] { return true; }, {.timeout = 60s, .schedule = vitals::every(1h)});
    server.start();
  }
  vitals::HealthRegistry health{{.answer_budget = 60s}};
  TestedServer server{health, {.address = "127.0.0.1", .port = 0}};
};

TEST(ServerStreamsTest, TheLibraryNeverUsesTheNumbersOfClosedStandardStreams) {
  const Pipe port;
  const Pipe look;
  ProcessWithoutStreams process{[&] {
    auto service = std::make_unique<Service>();
    port.put(service->server.port());
    (void)look.get();
    return service;
  }};
  const auto where = port.get();

  HttpClient kept{where};
  EXPECT_EQ(kept.send(get_ready).read_response().status, 200);
  HttpClient fresh{where};
  fresh.send("GET /re");
  EXPECT_EQ(http_get(where, "/healthz").status, 200);
  EXPECT_EQ(kept.send(get_ready).read_response().status, 200);
  look.put(1);

  EXPECT_EQ(process.open_streams(), 0);
}

TEST(ServerStreamsTest, TheHostsOwnDescriptorsAreLeftWhereTheyAre) {
  const Pipe port;
  const Pipe look;
  ProcessWithoutStreams process{[&] {
    const int own = open("/dev/null", O_RDWR | O_CLOEXEC);
    auto service = std::make_unique<Service>();
    port.put(service->server.port());
    (void)look.get();
    if (own != 0) throw std::runtime_error{"the host got another number"};
    return service;
  }};

  EXPECT_EQ(http_get(port.get(), "/ready").status, 200);
  look.put(1);

  EXPECT_EQ(process.open_streams(), 1);
}

}  // namespace
}  // namespace vitals_test
