#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/tls.hpp>

#include "unit/tls/tls_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal_of(const vitals::TlsOptions& options) {
  try {
    (void)vitals::tls(options);
    return "none";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(TlsOptionsTest, NeedFiles) {
  EXPECT_EQ(refusal_of({.key_file = "key"}), "vitals: TlsOptions: certificate_file must be set");
  EXPECT_EQ(refusal_of({.certificate_file = "certificate"}), "vitals: TlsOptions: key_file must be set");
  EXPECT_EQ(refusal_of({.certificate_file = "certificate", .key_file = "key"}), "none");
}

TEST(TlsOptionsTest, NeedAnAuthorityToAskClients) {
  for (const auto kind : {vitals::ClientCertificate::request, vitals::ClientCertificate::require})
    EXPECT_THAT(refusal_of({.certificate_file = "c", .key_file = "k", .client_certificate = kind}),
                HasSubstr("client_ca_file must be set"));
  EXPECT_THAT(refusal_of({.certificate_file = "c", .key_file = "k", .client_ca_file = "a"}),
              HasSubstr("client_ca_file needs client_certificate"));
}

TEST(TlsOptionsTest, HaveRanges) {
  const vitals::TlsOptions good{.certificate_file = "c", .key_file = "k"};
  auto bad = good;
  bad.handshake_timeout = 99ms;
  EXPECT_THAT(refusal_of(bad), HasSubstr("handshake_timeout must be 100 ms to 10 min, not 99 ms"));
  bad.handshake_timeout = 11min;
  EXPECT_THAT(refusal_of(bad), HasSubstr("not 11 min"));
  for (const std::size_t wrong : {std::size_t{9}, std::size_t{100'001}}) {
    bad = good;
    bad.max_handshakes_per_second = wrong;
    EXPECT_THAT(refusal_of(bad), HasSubstr("must be 10 to 100000, not " + std::to_string(wrong)));
  }
}

using TlsStartTest = TlsTest;

TEST_F(TlsStartTest, NamesTheFileThatCannotBeRead) {
  vitals::HealthRegistry health;
  bool ran = false;
  health.add_readiness_check("check", [&] { return ran = true; });
  auto missing = options();
  missing.key_file = "/no/such/key";
  vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 0, .tls = vitals::tls(missing)}};

  try {
    server.start();
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(), "vitals: tls: can't read /no/such/key: No such file or directory");
  }

  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace vitals_test
