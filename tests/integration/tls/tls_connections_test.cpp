// A server with TLS and clients whose every step the test decides.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/tls/tls_server_fixture.hpp"
#include "support/http_client.hpp"
#include "support/requests.hpp"
#include "support/tls_wire.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::StartsWith;

/// The first bytes of a ClientHello.
constexpr std::string_view begun_handshake = "\x16\x03\x01\x01\x24\x01";

/// A client over TLS.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : socket_{port}, wire_{socket_.fd()} {}

  [[nodiscard]] TlsWire& wire() noexcept { return wire_; }
  void send(std::string_view bytes) { ASSERT_EQ(wire_.send(bytes), static_cast<ssize_t>(bytes.size())); }
  /// Everything until the server ends the connection.
  [[nodiscard]] std::string read_to_end() {
    std::string all;
    char bytes[4096];
    for (ssize_t size = 0; (size = wire_.receive(bytes, sizeof bytes)) > 0;)
      all.append(bytes, static_cast<std::size_t>(size));
    return all;
  }
  /// Of the server's certificate.
  [[nodiscard]] std::string common_name() const {
    const vitals::detail::SslCertificate certificate{SSL_get1_peer_certificate(wire_.session())};
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return name;
  }

 private:
  HttpClient socket_;
  TlsWire wire_;
};

const std::string last_request = "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

class TlsConnectionsTest : public TlsServerTest {};

TEST_F(TlsConnectionsTest, AreToldThatNoMoreWillCome) {
  start();
  TlsClient client{port()};
  client.send(last_request);

  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 200 OK\r\n"));

  EXPECT_TRUE(client.wire().was_told_the_end());
}

TEST_F(TlsConnectionsTest, MaySendOneByteRecords) {
  start();
  TlsClient client{port()};

  for (const char byte : last_request) client.send({&byte, 1});

  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(TlsConnectionsTest, GetLargeAnswersWhole) {
  for (int i = 0; i < 1000; ++i)
    health().add_readiness_check("flag-" + std::to_string(i),
                                 vitals::PushedCheck{vitals::CheckResult::warn(std::string(1000, 'x'))});
  start({.endpoint = {.details = vitals::Callers::anyone}});
  TlsClient client{port()};
  client.send("GET /ready?verbose HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  const auto answer = client.read_to_end();

  EXPECT_EQ(count(answer, std::string(1000, 'x')), 1000);
  EXPECT_TRUE(client.wire().was_told_the_end());
}

TEST_F(TlsConnectionsTest, MayHaveAProxyHeaderBeforeTheHandshake) {
  start({.proxy_protocol = vitals::ProxyProtocol::required});
  HttpClient raw{port()};
  raw.send("PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\n");
  TlsWire wire{raw.fd()};
  ASSERT_TRUE(wire.is_established());
  ASSERT_GT(wire.send(last_request), 0);

  char bytes[64] = {};
  ASSERT_GT(wire.receive(bytes, sizeof bytes - 1), 0);
  EXPECT_THAT(std::string{bytes}, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(TlsConnectionsTest, AreClosedIfTheHandshakeStops) {
  auto quick = tls_options();
  quick.handshake_timeout = 100ms;
  start_with(quick);
  HttpClient client{port()};

  client.send(begun_handshake);

  EXPECT_THAT(client.read_to_end(), IsEmpty());
  EXPECT_EQ(limit_counts().slow_handshakes, 1U);
  expect_log("a connection was closed whose TLS handshake took too long");
}

TEST_F(TlsConnectionsTest, AreSilentIfTheHandshakeNeverBegins) {
  start({.first_byte_timeout = 100ms});
  HttpClient client{port()};

  EXPECT_THAT(client.read_to_end(), IsEmpty());

  EXPECT_EQ(limit_counts().silent, 1U);
  EXPECT_EQ(limit_counts().slow_handshakes, 0U);
}

TEST_F(TlsConnectionsTest, BeyondTheBudgetAreRefused) {
  auto few = tls_options();
  few.max_handshakes_per_second = 10;
  start_with(few);

  // More in any two seconds than two budgets.
  std::vector<std::unique_ptr<TlsClient>> clients;
  while (limit_counts().refused_handshakes == 0 && clients.size() < 10'000)
    clients.push_back(std::make_unique<TlsClient>(port()));

  EXPECT_GT(limit_counts().refused_handshakes, 0U);
  expect_log("a TLS handshake was refused because there were too many in this second: 127.0.0.1");
}

TEST_F(TlsConnectionsTest, NeverFailWhileTheCertificateIsReplaced) {
  auto tls = tls_options();
  tls.max_handshakes_per_second = 100'000;
  start_with(tls);
  std::atomic<bool> over = false;
  std::atomic<int> failed = 0;
  const auto ask = [&] {
    while (!over) {
      TlsClient client{port()};
      client.send(last_request);
      if (!client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n")) ++failed;
    }
  };
  std::jthread one{ask};
  std::jthread other{ask};

  for (const std::string name : {"second", "third"}) {
    authority().issue({.common_name = name}).write_to(folder() / name);
    for (const auto* file : {"tls.crt", "tls.key"}) fs::rename(folder() / name / file, folder() / file);
    EXPECT_TRUE(eventually([&] { return TlsClient{port()}.common_name() == name; }));
  }

  over = true;
  one.join();
  other.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace vitals_test
