#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/checks/https.hpp>

#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/tls_scripted_peer.hpp"

namespace vitals_test {

/// Servers with certificates of an authority that the checks trust.
class TlsChecksTest : public testing::Test {
 protected:
  TlsChecksTest() { write("ca.crt", authority_.certificate()); }

  /// @returns The path of the file.
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_.path() / name;
    std::ofstream{path} << text;
    return path;
  }
  /// Gives the checks a certificate of their own.
  void issue_client_certificate() {
    authority_.issue({.common_name = "client"}).write_to(folder_.path());
    trusted_.certificate_file = folder_.path() / "tls.crt";
    trusted_.key_file = folder_.path() / "tls.key";
  }
  void require_client_certificate(SSL_CTX* context) const {
    SSL_CTX_load_verify_file(context, trusted_.ca_file.c_str());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }

  static void answer(const TlsPeerSession& session, std::string_view text) {
    (void)session.read_head();
    session.send(text);
  }
  static void answer_ok(const TlsPeerSession& session) {
    answer(session, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
  [[nodiscard]] vitals::CheckResult ask(const std::string& address, vitals::checks::HttpOptions options = {}) const {
    return vitals::checks::Https{"https://" + address + "/ready", std::move(options), trusted_}(context_for(generous));
  }

  const TestAuthority authority_;
  const TemporaryFolder folder_;
  vitals::checks::TlsClientOptions trusted_{.ca_file = folder_.path() / "ca.crt"};
};

}  // namespace vitals_test
