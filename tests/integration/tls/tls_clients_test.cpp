// A server with TLS and real clients of it.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/tls/tls_server_fixture.hpp"
#include "support/haproxy.hpp"
#include "support/program.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  int status = 0;
  std::string output = {};
};

Outcome run(const std::string& executable, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  Program program{executable, arguments, folder.path()};
  const int status = program.wait();
  return {.status = status, .output = program.output() + program.errors()};
}

class TlsClientsTest : public TlsServerTest {
 protected:
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] Outcome curl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20"});
    return run("/usr/bin/curl", arguments);
  }
};

TEST_F(TlsClientsTest, CurlTrustsTheCertificateOfItsAuthority) {
  start();

  const auto [status, output] = curl({"--cacert", authority_file(), "https://" + address() + "/ready"});

  EXPECT_EQ(status, 0) << output;
  EXPECT_THAT(output, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nOK")));
}

// A kubelet with `scheme: HTTPS` verifies nothing and sends no certificate.
TEST_F(TlsClientsTest, AnswersAKubelet) {
  start({}, vitals::ClientCertificate::request);

  const auto [status, output] =
      curl({"--insecure", "--http1.1", "--user-agent", "kube-probe/1.34", "--header", "Connection: close",
            "https://" + address() + "/healthz", "https://" + address() + "/ready"});

  EXPECT_EQ(status, 0) << output;
  EXPECT_EQ(count(output, "HTTP/1.1 200 OK\r\n"), 2) << output;
}

TEST_F(TlsClientsTest, RefusesClientsWithoutTheRequiredCertificate) {
  start({}, vitals::ClientCertificate::require);
  const std::string url = "https://" + address() + "/ready";

  EXPECT_NE(curl({"--insecure", url}).status, 0);
  EXPECT_TRUE(eventually([&] { return limit_counts().failed_handshakes == 1; }));
  expect_log("a TLS handshake failed: peer did not return a certificate");

  authority().issue({.common_name = "client"}).write_to(folder() / "client");
  const auto [status, output] =
      curl({"--insecure", "--cert", folder() / "client/tls.crt", "--key", folder() / "client/tls.key", url});
  EXPECT_EQ(status, 0) << output;

  TestAuthority{}.issue({.common_name = "stranger"}).write_to(folder() / "stranger");
  EXPECT_NE(
      curl({"--insecure", "--cert", folder() / "stranger/tls.crt", "--key", folder() / "stranger/tls.key", url}).status,
      0);
}

TEST_F(TlsClientsTest, TellsAPlainRequestThatThePortSpeaksHttps) {
  start();

  const auto [status, output] = curl({"http://" + address() + "/ready"});

  EXPECT_EQ(status, 0) << output;
  EXPECT_THAT(output,
              AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"), EndsWith("This port speaks HTTPS, not plain HTTP.")));
  EXPECT_TRUE(eventually([&] { return limit_counts().failed_handshakes == 1; }));
}

TEST_F(TlsClientsTest, AClientHelloOnAPlainPortEndsAtOnce) {
  vitals::HealthServer plain{health(), {.address = "127.0.0.1", .port = 0, .log = [](std::string_view) {}}};
  plain.start();

  const auto [status, output] = curl({"--insecure", "https://127.0.0.1:" + std::to_string(plain.port()) + "/ready"});

  EXPECT_EQ(status, 35) << output;  // CURLE_SSL_CONNECT_ERROR
  EXPECT_EQ(plain.limit_counts().malformed, 1U);
}

TEST_F(TlsClientsTest, OpensslCantNegotiateAgain) {
  start();
  // Its input ends once it has said what came of the letter R.
  const std::string input =
      "(printf 'R\\n'; for i in $(seq 300); do grep -q renegotiation said && break; sleep 0.1; done)";
  const std::string command = input + " | openssl s_client -connect " + address() + " -tls1_2 -CAfile '" +
                              authority_file() + "' > said 2>&1; cat said";

  const auto output = run("/bin/sh", {"-c", command}).output;

  EXPECT_THAT(output, AllOf(HasSubstr("Verify return code: 0 (ok)"), HasSubstr("no renegotiation")));
}

TEST_F(TlsClientsTest, ShowsTheChainOfItsCertificate) {
  const auto intermediate = authority().intermediate({.common_name = "intermediate", .names = {}});
  intermediate.issue().write_to(folder());
  auto tls = tls_options();
  tls.chain_file = folder() / "chain.crt";
  std::ofstream{tls.chain_file} << intermediate.certificate();
  start_with(tls);

  const auto [status, output] = curl({"--cacert", authority_file(), "https://" + address() + "/ready"});

  EXPECT_EQ(status, 0) << output;
}

TEST_F(TlsClientsTest, RefusesStrangersEvenIfNoCertificateIsRequired) {
  start({}, vitals::ClientCertificate::request);
  TestAuthority{}.issue({.common_name = "stranger"}).write_to(folder() / "stranger");

  EXPECT_NE(curl({"--insecure", "--cert", folder() / "stranger/tls.crt", "--key", folder() / "stranger/tls.key",
                  "https://" + address() + "/ready"})
                .status,
            0);
  EXPECT_TRUE(eventually([&] { return limit_counts().failed_handshakes == 1; }));
}

TEST_F(TlsClientsTest, SslscanFindsNothingWeak) {
  if (!std::filesystem::exists("/usr/bin/sslscan")) GTEST_SKIP() << "no sslscan";
  start();

  const auto [status, output] = run("/usr/bin/sslscan", {"--no-colour", "--no-sigs", address()});

  EXPECT_EQ(status, 0) << output;
  for (const std::string old : {"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"})
    EXPECT_THAT(output, ContainsRegex(old + " +disabled")) << output;
  EXPECT_THAT(output,
              AllOf(ContainsRegex("TLSv1.2 +enabled"), ContainsRegex("TLSv1.3 +enabled"),
                    HasSubstr("Session renegotiation not supported"), HasSubstr("TLSv1.2 not vulnerable to heartbleed"),
                    HasSubstr("TLSv1.3 not vulnerable to heartbleed"), Not(HasSubstr("Insecure")),
                    Not(HasSubstr("CBC")), Not(HasSubstr("AES256-SHA"))));
  for (std::size_t at = output.find("Accepted "); at != output.npos; at = output.find("Accepted ", at + 1)) {
    const auto line = output.substr(at, output.find('\n', at) - at);
    EXPECT_THAT(line, ContainsRegex("GCM|CHACHA20|CCM")) << output;
  }
}

TEST_F(TlsClientsTest, HaproxyFollowsReadiness) {
  if (!Haproxy::available()) GTEST_SKIP() << "no HAProxy";
  start();
  const Haproxy haproxy{{{.port = port(), .health_port = port(), .options = "check-ssl ssl verify none"}}, {}};
  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();

  database_.set(vitals::CheckResult::fail());
  EXPECT_TRUE(haproxy.sees(0, "DOWN")) << haproxy.log();

  database_.set(vitals::CheckResult::pass());
  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
}

}  // namespace
}  // namespace vitals_test
