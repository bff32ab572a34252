#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/server.hpp>

#include "core/state/registry_state.hpp"
#include "server/connection.hpp"
#include "server/dispatcher.hpp"
#include "support/fake_host.hpp"
#include "support/requests.hpp"

namespace vitals_test {

/// A pair of sockets: the server's end, and the peer's, which the test reads and writes.
class Peer {
 public:
  Peer() {
    std::array<int, 2> ends = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    own_ = vitals::detail::Descriptor{ends[0]};
    servers_ = vitals::detail::Descriptor{ends[1]};
    const int little = 4096;
    ::setsockopt(servers_.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
  }

  /// The server's end; call it once.
  [[nodiscard]] vitals::detail::Descriptor take() { return std::move(servers_); }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(own_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  /// All bytes that have arrived, followed by "end" if the server has closed the connection.
  [[nodiscard]] std::string received() const {
    std::string all;
    std::array<char, 4096> bytes;
    for (;;) {
      const auto size = ::recv(own_.get(), bytes.data(), bytes.size(), 0);
      if (size == 0) return all + "end";
      if (size < 0) return all;
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }
  void end() { own_ = {}; }

 private:
  vitals::detail::Descriptor own_ = {};
  vitals::detail::Descriptor servers_ = {};
};

/// Connections on a host whose turns and clock the test drives.
class ServedConnectionTest : public testing::Test {
 protected:
  explicit ServedConnectionTest(vitals::Callers details = vitals::Callers::anyone)
      : answers_{vitals::detail::state_of(health_), {.details = details}} {
    time_ = vitals::SteadyTime{std::chrono::hours{1000}};
    service_->clock = &now;
    service_->begin_turn();
    dispatcher_.wait();
  }
  ~ServedConnectionTest() override {
    while (const auto connection = service_->places.any()) connection->close();
    host_->close();
  }

  void pass(vitals::Duration duration) {
    time_ += duration;
    service_->begin_turn();
  }
  /// Starts serving a peer.
  std::shared_ptr<vitals::detail::Connection> serve(Peer& peer,
                                                    std::unique_ptr<vitals::detail::Transport> transport = nullptr,
                                                    const vitals::detail::PeerAddress& address = {}) {
    auto connection = std::make_shared<vitals::detail::Connection>(service_);
    connection->start(peer.take(), address, std::move(transport));
    return connection;
  }

  static vitals::SteadyTime now() noexcept { return time_; }

  vitals::HealthRegistry health_{{.answer_budget = std::chrono::seconds{60}}};
  vitals::detail::Answers answers_;
  vitals::detail::Limits limits_;
  vitals::detail::RequestCounts counts_;
  vitals::HealthServerOptions options_ = {};
  std::vector<std::string> logged_ = {};
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>(&now);
  std::shared_ptr<vitals::detail::Service> service_ = std::make_shared<vitals::detail::Service>(
      host_, answers_, limits_, counts_, options_, [this](std::string line) { logged_.push_back(std::move(line)); });
  vitals::detail::Dispatcher dispatcher_{*service_};

 private:
  static inline vitals::SteadyTime time_;
};

}  // namespace vitals_test
