// What a server agrees on with its clients, and what it refuses.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_pair.hpp"
#include "unit/tls/tls_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::StartsWith;
using vitals::detail::Handshake;
using vitals::detail::Limit;
using vitals::detail::TlsShared;
using State = Handshake::State;

class TlsHandshakeTest : public TlsTest {
 protected:
  /// With a client that is set up so.
  Handshake shake_hands(void (*configure)(SSL*)) {
    pair.emplace(shared, configure);
    return pair->shake_hands();
  }
  /// With these bytes instead of a client's.
  Handshake send(std::string_view bytes) {
    pair.emplace(shared);
    (void)::send(pair->client_fd(), bytes.data(), bytes.size(), 0);
    return pair->transport().handshake(vitals::SteadyTime{1h}, {});
  }
  [[nodiscard]] std::string raw() const {
    std::array<char, 1024> buffer;
    const auto size = ::recv(pair->client_fd(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

  TlsShared shared{options()};
  std::optional<TlsPair> pair;
};

TEST_F(TlsHandshakeTest, WaitsForTheFirstByteWithoutASession) {
  const auto step = send("");

  EXPECT_EQ(step.state, State::silent);
  EXPECT_FALSE(pair->transport().has_input());
}

TEST_F(TlsHandshakeTest, IsOverWithoutACountIfThePeerOnlyLooked) {
  pair.emplace(shared);
  pair->close_client();

  const auto step = pair->transport().handshake(vitals::SteadyTime{1h}, {});

  EXPECT_EQ(step.state, State::over);
  EXPECT_EQ(step.reached, std::nullopt);
}

TEST_F(TlsHandshakeTest, TellsAPlainRequestWhatIsWrong) {
  const auto step = send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(step.state, State::over);
  EXPECT_THAT(step.reached, Optional(Limit::handshake_failure));
  EXPECT_EQ(step.detail, "an HTTP request without TLS");
  EXPECT_TRUE(step.answered);
  const auto answer = raw();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
}

TEST_F(TlsHandshakeTest, RefusesOtherBytesAtOnce) {
  const auto step = send("\x01\x02");

  EXPECT_EQ(step.state, State::over);
  EXPECT_EQ(step.detail, "not TLS");
  EXPECT_THAT(raw(), IsEmpty());
}

TEST_F(TlsHandshakeTest, TakesWhatWasReadBefore) {
  pair.emplace(shared);
  (void)SSL_do_handshake(pair->client());
  std::array<char, 4096> hello;
  const auto size = ::recv(pair->server_fd(), hello.data(), hello.size(), 0);
  ASSERT_GT(size, 0);
  ASSERT_EQ(pair->transport().handshake(vitals::SteadyTime{1h}, {hello.data(), static_cast<std::size_t>(size)}).state,
            State::waiting);

  EXPECT_EQ(pair->shake_hands().state, State::done);
}

TEST_F(TlsHandshakeTest, RefusesMoreThanItsBudget) {
  auto little = options();
  little.max_handshakes_per_second = 10;
  TlsShared few{little};
  for (int i = 0; i < 10; ++i) {
    pair.emplace(few);
    ASSERT_EQ(pair->shake_hands().state, State::done);
  }

  pair.emplace(few);
  const auto step = pair->shake_hands();

  EXPECT_EQ(step.state, State::over);
  EXPECT_THAT(step.reached, Optional(Limit::handshakes));
}

// Of tiny records a ClientHello could have any number.
TEST_F(TlsHandshakeTest, RefusesWhatIsTooLong) {
  pair.emplace(shared);
  Handshake step;
  std::size_t sent = 0;
  do {
    while (::send(pair->client_fd(), "\x16\x03\x01\x00\x01\x01", 6, 0) == 6) sent += 6;
    step = pair->transport().handshake(vitals::SteadyTime{1h}, {});
  } while (step.state == State::waiting && sent < 1'000'000);

  EXPECT_EQ(step.state, State::over);
  EXPECT_LT(sent, 60'000U);
}

TEST_F(TlsHandshakeTest, ChoosesHttp1) {
  ASSERT_EQ(shake_hands([](SSL* client) {
              SSL_set_alpn_protos(client, reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
            }).state,
            State::done);

  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(pair->client(), &chosen, &size);
  EXPECT_EQ((std::string{reinterpret_cast<const char*>(chosen), size}), "http/1.1");
}

TEST_F(TlsHandshakeTest, RefusesClientsWithoutHttp1) {
  const auto step = shake_hands(
      [](SSL* client) { SSL_set_alpn_protos(client, reinterpret_cast<const unsigned char*>("\x02h2"), 3); });

  EXPECT_EQ(step.state, State::over);
  EXPECT_THAT(step.reached, Optional(Limit::handshake_failure));
  EXPECT_EQ(step.detail, "no application protocol");
}

TEST_F(TlsHandshakeTest, RefusesTls11) {
  const auto step = shake_hands([](SSL* client) {
    SSL_set_security_level(client, 0);
    SSL_set_min_proto_version(client, TLS1_1_VERSION);
    SSL_set_max_proto_version(client, TLS1_1_VERSION);
  });

  EXPECT_EQ(step.state, State::over);
  EXPECT_EQ(step.detail, "unsupported protocol");
}

TEST_F(TlsHandshakeTest, RefusesCiphersWithoutForwardSecrecy) {
  const auto step = shake_hands([](SSL* client) {
    SSL_set_max_proto_version(client, TLS1_2_VERSION);
    SSL_set_cipher_list(client, "AES128-GCM-SHA256:AES256-SHA");
  });

  EXPECT_EQ(step.detail, "no shared cipher");
}

TEST_F(TlsHandshakeTest, RefusesFiniteFields) {
  const auto step = shake_hands([](SSL* client) { SSL_set1_groups_list(client, "ffdhe8192"); });

  EXPECT_EQ(step.state, State::over);
}

TEST_F(TlsHandshakeTest, SpeaksTls12) {
  EXPECT_EQ(shake_hands([](SSL* client) { SSL_set_max_proto_version(client, TLS1_2_VERSION); }).state, State::done);
}

TEST_F(TlsHandshakeTest, RefusesToNegotiateAgain) {
  ASSERT_EQ(shake_hands([](SSL* client) { SSL_set_max_proto_version(client, TLS1_2_VERSION); }).state, State::done);
  (void)SSL_renegotiate(pair->client());
  (void)SSL_do_handshake(pair->client());
  std::array<char, 64> buffer;

  (void)pair->transport().receive(buffer.data(), buffer.size());

  EXPECT_NE(SSL_do_handshake(pair->client()), 1);
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

TEST_F(TlsHandshakeTest, SendsNoTickets) {
  static int tickets = 0;
  tickets = 0;
  ASSERT_EQ(shake_hands([](SSL* client) {
              SSL_CTX_set_session_cache_mode(SSL_get_SSL_CTX(client), SSL_SESS_CACHE_CLIENT);
              SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(client), [](SSL*, SSL_SESSION*) { return ++tickets, 0; });
            }).state,
            State::done);
  (void)pair->received();

  EXPECT_EQ(tickets, 0);
  EXPECT_EQ(SSL_session_reused(pair->client()), 0);
}

}  // namespace
}  // namespace vitals_test
