// How much a Dispatcher serves in one turn of its host: also what arrives meanwhile, but not without end.

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/transport.hpp"
#include "support/served_connection.hpp"

namespace vitals_test {
namespace {

using testing::StartsWith;
using vitals::detail::Transfer;

/// Calls a function after each answer, while the server still has its turn.
class ProvokingTransport final : public vitals::detail::Transport {
 public:
  ProvokingTransport(int fd, std::function<void()> after_answer) : fd_{fd}, after_answer_{std::move(after_answer)} {}

  vitals::detail::Handshake handshake(vitals::SteadyTime, std::string_view) override { return {}; }
  Transfer receive(char* data, std::size_t size) override { return vitals::detail::plain::receive(fd_, data, size); }
  Transfer send(std::string_view bytes) override {
    const auto went = vitals::detail::plain::send(fd_, bytes);
    after_answer_();
    return went;
  }
  [[nodiscard]] bool has_input() const noexcept override { return vitals::detail::plain::has_input(fd_); }
  [[nodiscard]] bool end_output() noexcept override { return vitals::detail::plain::end_output(fd_); }

 private:
  int fd_;
  std::function<void()> after_answer_;
};

class DispatcherTest : public ServedConnectionTest {
 protected:
  void serve_and_then(Peer& peer, std::function<void()> after_answer) {
    auto descriptor = peer.take();
    const int fd = descriptor.get();
    auto connection = std::make_shared<vitals::detail::Connection>(service_);
    connection->start(std::move(descriptor), {}, std::make_unique<ProvokingTransport>(fd, std::move(after_answer)));
  }
  /// Runs turns until there is nothing left to do.
  void settle() const {
    while (host_->turn() > 0) continue;
  }
};

TEST_F(DispatcherTest, AnswersInTheSameTurnWhatArrivesDuringABatch) {
  Peer second;
  (void)serve(second);
  Peer first;
  serve_and_then(first, [&] { second.send(get_healthz); });
  settle();

  first.send(get_healthz);
  EXPECT_EQ(host_->turn(), 1);

  EXPECT_THAT(first.received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(second.received(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(DispatcherTest, ReturnsFromItsTurnThoughMoreArrivesWithEachAnswer) {
  constexpr int enough = 5000;  // an endless turn would reach this number, so that the test ends
  int answers = 0;
  std::array<Peer, 3> peers;
  for (auto& peer : peers)
    serve_and_then(peer, [&] {
      (void)peer.received();
      if (++answers < enough) peer.send(get_healthz);
    });
  settle();

  for (const auto& peer : peers) peer.send(get_healthz);
  EXPECT_EQ(host_->turn(), 1);

  EXPECT_EQ(answers, 256) << "so that other work of the host has its turn";
  settle();
  EXPECT_GE(answers, enough) << "and goes on with the next turn";
}

}  // namespace
}  // namespace vitals_test
