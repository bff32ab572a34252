// Whose certificate a check expects, whom it shows its own, and what it speaks.

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/certificate.hpp>
#include <vitals/checks/https.hpp>
#include <vitals/checks/remote_certificate.hpp>
#include <vitals/testing_gmock.hpp>

#include "unit/tls_checks/tls_checks_fixture.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;
using vitals::test::IsFail;
using vitals::test::IsPass;

class TlsCheckNamesTest : public TlsChecksTest {
 protected:
  /// Redirects each request there.
  [[nodiscard]] TlsScriptedPeer::Script redirect_to(const std::string& address) const {
    return [address](const TlsPeerSession& session) {
      answer(session, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://" + address + "/new\r\n\r\n");
    };
  }
};

TEST_F(TlsCheckNamesTest, TheNameOfTheOptionsIsThatOfTheChosenServerOnly) {
  const TlsScriptedPeer by_address{authority_.issue({.names = {"IP:127.0.0.1"}}), answer_ok};
  const TlsScriptedPeer by_name{authority_.issue({.names = {"DNS:auth"}}), answer_ok};
  const TlsScriptedPeer to_address{authority_.issue({.names = {"DNS:auth"}}), redirect_to(by_address.address())};
  const TlsScriptedPeer to_name{authority_.issue({.names = {"DNS:auth"}}), redirect_to(by_name.address())};
  trusted_.server_name = "auth";

  EXPECT_THAT(ask(to_address.address(), {.max_redirects = 1}), IsPass());
  EXPECT_THAT(ask(to_name.address(), {.max_redirects = 1}), IsFail(HasSubstr("IP address mismatch")));
}

TEST_F(TlsCheckNamesTest, AnotherServerDoesNotSeeTheCertificateOfTheCheck) {
  const auto require = [&](SSL_CTX* context) { require_client_certificate(context); };
  const TlsScriptedPeer other{authority_.issue(), answer_ok, require};
  const TlsScriptedPeer chosen{authority_.issue(), redirect_to(other.address()), require};
  issue_client_certificate();

  EXPECT_THAT(ask(other.address()), IsPass());
  EXPECT_THAT(ask(chosen.address(), {.max_redirects = 1}), IsFail(HasSubstr("certificate required")));
}

// In Kubernetes, `auth.default.svc.cluster.local.` saves the searches of ndots.
TEST_F(TlsCheckNamesTest, ANameMayEndWithADot) {
  const TlsScriptedPeer server{
      authority_.issue({.names = {"DNS:auth"}}), [](const TlsPeerSession& session) {
        answer(session, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(session.asked_name().size()) +
                            "\r\n\r\n" + session.asked_name());
      }};
  trusted_.server_name = "auth.";

  EXPECT_THAT(ask(server.address(), {.body_contains = "auth"}), IsPass());
}

TEST_F(TlsCheckNamesTest, AnAuthorityOfTheFileNeedsNoOther) {
  const auto intermediate = authority_.intermediate({.common_name = "issuer", .names = {}});
  const TlsScriptedPeer server{intermediate.issue(), answer_ok};
  trusted_.ca_file = write("issuer.crt", intermediate.certificate());

  EXPECT_THAT(ask(server.address()), IsPass());
}

/// A server of gRPC, say.
int choose_h2_only(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                   unsigned int offered_size, void*) {
  const unsigned char h2[] = {2, 'h', '2'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, h2, sizeof h2, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

TEST_F(TlsCheckNamesTest, ARemoteCertificateMayBeThatOfAServerWithoutHttp11) {
  const TlsScriptedPeer server{authority_.issue(), [](const TlsPeerSession&) {},
                               [](SSL_CTX* context) { SSL_CTX_set_alpn_select_cb(context, choose_h2_only, nullptr); }};

  EXPECT_THAT((vitals::checks::RemoteCertificate{server.address(), {}, trusted_}(context_for(generous))), IsPass());
  EXPECT_THAT(ask(server.address()), IsFail(HasSubstr("no application protocol")));
}

// RFC 5280, section 4.1.2.5: certificates without an end have one in 9999.
TEST_F(TlsCheckNamesTest, ACertificateMayEndInCenturies) {
  constexpr std::chrono::days years_400{146'100};
  const auto path = write("tls.crt", authority_.issue({.valid_until = years_400}).certificate);

  EXPECT_THAT(vitals::checks::Certificate{path}(), IsPass(HasSubstr("expires in 146")));
}

}  // namespace
}  // namespace vitals_test
