// What servers can't do to a check over TLS.

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/remote_certificate.hpp>
#include <vitals/testing_gmock.hpp>

#include "server/descriptor.hpp"
#include "tls/tls_stream.hpp"
#include "unit/tls_checks/tls_checks_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using vitals::checks::Https;
using vitals::checks::RemoteCertificate;
using vitals::detail::owned;
using vitals::detail::SslBio;
using vitals::detail::SslContext;
using vitals::detail::TlsStream;
using vitals::test::IsFail;
using vitals::test::IsPass;

class TlsCheckLimitsTest : public TlsChecksTest {};

/// A stream and its server, after their handshake, on a pair of sockets. The test calls both.
class StreamPair {
 public:
  explicit StreamPair(const TestCertificate& certificate) {
    std::array<int, 2> ends = {-1, -1};
    (void)::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
    servers_ = vitals::detail::Descriptor{ends[0]};
    clients_ = vitals::detail::Descriptor{ends[1]};
    certificate.use_in(server_context_.get());
    server_ = owned<vitals::detail::SslSession>(SSL_new(server_context_.get()));
    socket_.fd = servers_.get();
    auto* const bio = make_socket_bio(socket_).release();
    SSL_set_bio(server_.get(), bio, bio);
    SSL_set_accept_state(server_.get());
    stream_ = std::make_unique<TlsStream>(client_context_.get(), clients_.get());
    for (int i = 0; i < 10; ++i) {
      (void)stream_->shake_hands();
      (void)SSL_do_handshake(server_.get());
    }
  }

  [[nodiscard]] TlsStream& stream() const { return *stream_; }
  /// Bytes that the client hasn't read yet.
  [[nodiscard]] int unread() const {
    int bytes = 0;
    ::ioctl(clients_.get(), FIONREAD, &bytes);
    return bytes;
  }
  /// Sends records without data.
  void update_keys(int count) const {
    for (int i = 0; i < count; ++i) {
      (void)SSL_key_update(server_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
      (void)SSL_do_handshake(server_.get());
    }
  }

 private:
  vitals::detail::Descriptor servers_ = {};
  vitals::detail::Descriptor clients_ = {};
  vitals::detail::TlsSocket socket_ = {};
  SslContext server_context_ = owned<SslContext>(SSL_CTX_new(TLS_server_method()));
  SslContext client_context_ = owned<SslContext>(SSL_CTX_new(TLS_client_method()));
  vitals::detail::SslSession server_ = nullptr;
  std::unique_ptr<TlsStream> stream_ = nullptr;
};

// Otherwise a server that sends such records without a pause would keep a run beyond its deadline.
TEST_F(TlsCheckLimitsTest, OneCallDoesNotReadRecordsWithoutDataForEver) {
  const StreamPair pair{authority_.issue()};
  pair.update_keys(1000);
  const int before = pair.unread();
  std::array<char, 16> data = {};

  errno = 0;
  const auto received = pair.stream().receive(data.data(), data.size());

  EXPECT_EQ(received, -1);
  EXPECT_EQ(errno, EINTR);  // again, after a look at the limit
  EXPECT_GT(pair.unread(), before / 2);
}

TEST_F(TlsCheckLimitsTest, AHandshakeThatIsResetSaysSo) {
  const ScriptedPeer server{[](const PeerSession& session) {
    (void)session.read(1);
    session.reset();
  }};

  EXPECT_THAT(ask(server.address()),
              IsFail(HasSubstr("the TLS handshake with " + server.address() + " failed: Connection reset by peer")));
}

TEST_F(TlsCheckLimitsTest, AServerThatSpeaksWithoutTlsIsToldApart) {
  for (const auto* greeting : {"HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail ESMTP\r\n", "-ERR unknown command\r\n"}) {
    const ScriptedPeer server{[&](const PeerSession& session) {
      session.send(greeting);
      session.wait_for_end();
    }};

    EXPECT_THAT(ask(server.address()),
                IsFail(HasSubstr("the TLS handshake with " + server.address() + " failed: it doesn't speak TLS")));
  }
}

TEST_F(TlsCheckLimitsTest, AnAnswerThatIsCutOffIsNone) {
  const TlsScriptedPeer server{authority_.issue(), [](const TlsPeerSession& session) {
                                 answer(session, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
                               }};

  EXPECT_THAT(ask(server.address(), {.body_contains = "ok"}), IsFail(HasSubstr("but a part of it (status 200)")));
}

std::ptrdiff_t entries_of(const char* folder) {
  return std::distance(std::filesystem::directory_iterator{folder}, std::filesystem::directory_iterator{});
}

TEST_F(TlsCheckLimitsTest, AThousandRunsLeaveNothingBehind) {
  const TlsScriptedPeer server{authority_.issue(), answer_ok};
  const ScriptedPeer plain{[](const PeerSession& session) { session.send("220 \r\n"); }};
  const Https passes{"https://" + server.address(), {}, trusted_};
  const Https is_refused{"https://" + server.address()};
  const Https finds_no_tls{"https://" + plain.address(), {}, trusted_};
  const RemoteCertificate judges{server.address(), {}, trusted_};
  const auto run_all = [&] {
    EXPECT_THAT(passes(context_for(generous)), IsPass());
    EXPECT_THAT(is_refused(context_for(generous)), IsFail());
    EXPECT_THAT(finds_no_tls(context_for(generous)), IsFail());
    EXPECT_THAT(judges(context_for(generous)), IsPass());
  };
  run_all();
  const auto descriptors = entries_of("/proc/self/fd");
  const auto threads = entries_of("/proc/self/task");

  for (int i = 0; i < 250; ++i) run_all();

  // Each server closes its end a little later.
  EXPECT_LE(entries_of("/proc/self/fd"), descriptors + 2);
  EXPECT_EQ(entries_of("/proc/self/task"), threads);
}

}  // namespace
}  // namespace vitals_test
