// Checks over TLS, and servers that do as they like.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/https.hpp>
#include <vitals/checks/remote_certificate.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/tls_scripted_peer.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::checks::Https;
using vitals::checks::RemoteCertificate;
using vitals::checks::TlsClientOptions;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

static_assert(vitals::is_remote_check<Https>::value);
static_assert(vitals::is_remote_check<RemoteCertificate>::value);

constexpr const char* whole_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void answer(const TlsPeerSession& session, std::string_view text) {
  (void)session.read_head();
  session.send(text);
}
void answer_ok(const TlsPeerSession& session) { answer(session, whole_answer); }

class TlsClientChecksTest : public testing::Test {
 protected:
  TlsClientChecksTest() { std::ofstream{trusted_.ca_file} << authority_.certificate(); }

  static vitals::CheckResult run(const Https& check) { return check(context_for(generous)); }
  [[nodiscard]] vitals::CheckResult ask(const TlsScriptedPeer& server, vitals::checks::HttpOptions options = {}) const {
    return run(Https{"https://" + server.address() + "/ready", std::move(options), trusted_});
  }
  /// What the check says of a server with such a certificate.
  [[nodiscard]] vitals::CheckResult ask_one_with(const CertificateOptions& options) const {
    return ask(TlsScriptedPeer{authority_.issue(options), answer_ok});
  }

  const TestAuthority authority_;
  const TemporaryFolder folder_;
  TlsClientOptions trusted_{.ca_file = folder_.path() / "ca.crt"};
};

TEST_F(TlsClientChecksTest, PassWithATrustedCertificate) {
  EXPECT_THAT(ask_one_with({}), IsPass());
  EXPECT_THAT(ask_one_with({.names = {"IP:127.0.0.1"}}), IsPass());
}

TEST_F(TlsClientChecksTest, RefuseACertificateOfAnotherAuthority) {
  const TlsScriptedPeer server{TestAuthority{}.issue(), answer_ok};

  EXPECT_THAT(
      ask(server),
      IsFail(AllOf(
          StartsWith(server.address() + "/ready: the certificate of " + server.address() + " is refused: "),
          AnyOf(HasSubstr("unable to get local issuer certificate"), HasSubstr("certificate signature failure")))));
}

TEST_F(TlsClientChecksTest, RefuseACertificateThatTheSystemDoesNotTrust) {
  const TlsScriptedPeer server{authority_.issue(), answer_ok};

  EXPECT_THAT(run(Https{"https://" + server.address()}),
              IsFail(HasSubstr("is refused: unable to get local issuer certificate")));
}

TEST_F(TlsClientChecksTest, RefuseACertificateOfAnotherHost) {
  EXPECT_THAT(ask_one_with({.names = {"DNS:localhost", "IP:127.0.0.2"}}),
              IsFail(HasSubstr("is refused: IP address mismatch")));
  const TlsScriptedPeer server{authority_.issue({.names = {"DNS:other"}}), answer_ok};
  EXPECT_THAT(run(Https{"https://localhost:" + server.port(), {}, trusted_}),
              IsFail(HasSubstr("is refused: hostname mismatch")));
}

TEST_F(TlsClientChecksTest, RefuseACertificateThatIsNotValidNow) {
  EXPECT_THAT(ask_one_with({.valid_from = -2h, .valid_until = -1h}),
              IsFail(HasSubstr("is refused: certificate has expired")));
  EXPECT_THAT(ask_one_with({.valid_from = 1h}), IsFail(HasSubstr("is refused: certificate is not yet valid")));
}

TEST_F(TlsClientChecksTest, AskForTheNameOfTheHost) {
  std::string asked;
  const TlsScriptedPeer server{authority_.issue({.names = {"DNS:localhost", "DNS:other", "IP:127.0.0.1"}}),
                               [&](const TlsPeerSession& session) {
                                 asked = session.asked_name();
                                 answer_ok(session);
                               }};

  EXPECT_THAT(run(Https{"https://localhost:" + server.port(), {}, trusted_}), IsPass());
  EXPECT_EQ(asked, "localhost");
  EXPECT_THAT(ask(server), IsPass());
  EXPECT_EQ(asked, "");  // addresses aren't names: https://www.rfc-editor.org/rfc/rfc6066#section-3
  trusted_.server_name = "other";
  EXPECT_THAT(ask(server), IsPass());
  EXPECT_EQ(asked, "other");
}

TEST_F(TlsClientChecksTest, ShowTheirOwnCertificate) {
  const TlsScriptedPeer server{authority_.issue(), answer_ok, [&](SSL_CTX* context) {
                                 SSL_CTX_load_verify_file(context, trusted_.ca_file.c_str());
                                 SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                                    nullptr);
                               }};
  EXPECT_THAT(ask(server), IsFail(HasSubstr("certificate required")));

  authority_.issue({.common_name = "client"}).write_to(folder_.path());
  trusted_.certificate_file = folder_.path() / "tls.crt";
  trusted_.key_file = folder_.path() / "tls.key";

  EXPECT_THAT(ask(server), IsPass());
}

TEST_F(TlsClientChecksTest, SayWhatIsWrongWithTheirFiles) {
  const TlsScriptedPeer server{authority_.issue(), answer_ok};
  trusted_.ca_file = "/no/such/ca";

  EXPECT_THAT(ask(server), IsFail(HasSubstr("can't read /no/such/ca: No such file or directory")));
}

TEST_F(TlsClientChecksTest, TakeAnotherAuthorityWhenItsFileIsReplaced) {
  const TestAuthority next;
  const TlsScriptedPeer server{next.issue(), answer_ok};
  const Https check{"https://" + server.address(), {}, trusted_};
  EXPECT_THAT(run(check), IsFail());

  const std::string fresh = folder_.path() / "next.crt";
  std::ofstream{fresh} << next.certificate();
  std::filesystem::rename(fresh, trusted_.ca_file);

  EXPECT_THAT(run(check), IsPass());
}

TEST_F(TlsClientChecksTest, TellAServerWithoutTls) {
  const ScriptedPeer server{[](const PeerSession& session) {
    session.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    session.wait_for_end();
  }};

  EXPECT_THAT(run(Https{"https://" + server.address(), {}, trusted_}),
              IsFail(HasSubstr("the TLS handshake with " + server.address() + " failed: it doesn't speak TLS")));
}

TEST_F(TlsClientChecksTest, TellAHandshakeThatEnds) {
  const ScriptedPeer ends{[](const PeerSession& session) { (void)session.read(1); }};
  EXPECT_THAT(run(Https{"https://" + ends.address(), {}, trusted_}),
              IsFail(HasSubstr("the TLS handshake with " + ends.address() + " failed: ")));
}

TEST_F(TlsClientChecksTest, TellAHandshakeThatStops) {
  const ScriptedPeer stops{[](const PeerSession& session) { session.wait_for_end(); }};

  EXPECT_THAT((Https{"https://" + stops.address(), {}, trusted_}(context_with_exactly(100ms))),
              IsFail(HasSubstr(stops.address() + " doesn't finish the TLS handshake: no answer within 90 ms")));
}

TEST_F(TlsClientChecksTest, EndWhenTheyAreToldToStop) {
  std::stop_source source;
  const ScriptedPeer stops{[&](const PeerSession& session) {
    (void)session.read(1);
    source.request_stop();
    session.wait_for_end();
  }};

  EXPECT_THAT((Https{"https://" + stops.address(), {}, trusted_}(context_for(generous, source.get_token()))),
              IsFail(HasSubstr("doesn't finish the TLS handshake: stopped before there was an answer")));
}

TEST_F(TlsClientChecksTest, ReadOneByteRecords) {
  EXPECT_THAT(ask(TlsScriptedPeer{authority_.issue(),
                                  [](const TlsPeerSession& session) {
                                    (void)session.read_head();
                                    for (const char& byte : std::string_view{whole_answer}) session.send({&byte, 1});
                                  }}),
              IsPass());
}

// Anyone on the way can end a connection, but can't forge what TLS says.
TEST_F(TlsClientChecksTest, TakeAnAnswerWithoutALengthOnlyIfItsEndIsSaid) {
  for (const bool says_end : {true, false}) {
    const TlsScriptedPeer server{authority_.issue(), [&](const TlsPeerSession& session) {
                                   answer(session, "HTTP/1.1 200 OK\r\n\r\nok");
                                   if (says_end) session.say_end();
                                 }};

    if (says_end)
      EXPECT_THAT(ask(server), IsPass());
    else
      EXPECT_THAT(ask(server), IsFail(HasSubstr("the server ended it without saying so in TLS")));
  }
}

TEST_F(TlsClientChecksTest, FollowRedirectsToHttpsOnly) {
  const TlsScriptedPeer target{authority_.issue(), answer_ok};
  const auto follow = [&](const std::string& location) {
    const TlsScriptedPeer server{
        authority_.issue(), [&location = location](const TlsPeerSession& session) {
          answer(session, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
        }};
    return ask(server, {.max_redirects = 1});
  };

  EXPECT_THAT(follow("https://" + target.address() + "/new"), IsPass());
  EXPECT_THAT(follow("http://a/"),
              IsFail(HasSubstr("a redirect leads to where this check can't follow, such as http")));
}

TEST_F(TlsClientChecksTest, LeaveNothingBehind) {
  const TlsScriptedPeer server{authority_.issue(), answer_ok};
  const Https check{"https://" + server.address(), {}, trusted_};
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, std::filesystem::directory_iterator{});
  };
  for (int i = 0; i < 10; ++i) ASSERT_THAT(run(check), IsPass());
  const auto before = descriptors();

  for (int i = 0; i < 200; ++i) ASSERT_THAT(run(check), IsPass());

  // The server closes its end a little later.
  EXPECT_LE(descriptors(), before + 1);
}

TEST_F(TlsClientChecksTest, JudgeTheServersCertificate) {
  const TlsScriptedPeer server{authority_.issue({.valid_until = days{20} + 12h}), [](const TlsPeerSession&) {}};
  const auto judge = [&](const vitals::checks::CertificateOptions& options) {
    return RemoteCertificate{server.address(), options, trusted_}(context_for(generous));
  };

  EXPECT_THAT(judge({}),
              AllOf(IsPass(HasSubstr(server.address() + ": the certificate \"localhost\" expires in 20 days")),
                    HasDatum("days_left", 20)));
  EXPECT_THAT(judge({.warn_before = days{30}}), IsWarn());
  EXPECT_THAT(judge({.warn_before = days{30}, .fail_before = days{30}}), IsFail());
  EXPECT_THAT((RemoteCertificate{server.address()}(context_for(generous))),
              IsFail(HasSubstr("unable to get local issuer certificate")));
}

TEST(TlsClientOptionsTest, MustFit) {
  EXPECT_THROW((Https{"https://a", {}, {.certificate_file = "a"}}), std::invalid_argument);
  EXPECT_THROW((Https{"https://a", {}, {.key_file = "a"}}), std::invalid_argument);
  EXPECT_THROW((Https{"https://a", {}, {.server_name = std::string(254, 'a')}}), std::invalid_argument);
  EXPECT_THROW((Https{"http://a"}), std::invalid_argument);
  EXPECT_THROW((RemoteCertificate{"a"}), std::invalid_argument);
  EXPECT_THROW((RemoteCertificate{"a:1", {.warn_before = -1s}}), std::invalid_argument);
  EXPECT_THROW((RemoteCertificate{"a:1", {.warn_before = 1h, .fail_before = 2h}}), std::invalid_argument);
}

}  // namespace
}  // namespace vitals_test
