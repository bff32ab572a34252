#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/certificate.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/program.hpp"
#include "support/test_certificates.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::checks::Certificate;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

static_assert(!vitals::is_remote_check<Certificate>::value);

class CertificateCheckTest : public testing::Test {
 protected:
  /// What the check says of a file with these certificates.
  vitals::CheckResult result_of(const std::vector<CertificateOptions>& all,
                                const vitals::checks::CertificateOptions& options = {}) {
    std::ofstream file{path_};
    for (const auto& each : all) file << authority_.issue(each).certificate;
    file.close();
    return Certificate{path_, options}();
  }

  const TestAuthority authority_;
  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "tls.crt";
};

// Half a day more than what is counted, so that the time that a test takes makes no difference.
TEST_F(CertificateCheckTest, SaysForHowLongItIsValid) {
  EXPECT_THAT(
      result_of({{.valid_until = days{20} + 12h}}),
      AllOf(
          IsPass(ContainsRegex("tls.crt: the certificate \"localhost\" expires in 20 days, on 20..-..-..T..:..:..Z$")),
          HasDatum("days_left", 20), HasDatum("expires", testing::_)));
  EXPECT_THAT(result_of({{.valid_until = days{1} + 12h}}), IsWarn(HasSubstr("expires in 1 day,")));
}

TEST_F(CertificateCheckTest, WarnsAndFailsBeforeTheEnd) {
  const vitals::checks::CertificateOptions options{.warn_before = days{30}, .fail_before = days{3}};

  EXPECT_THAT(result_of({{.valid_until = days{31}}}, options), IsPass());
  EXPECT_THAT(result_of({{.valid_until = days{29}}}, options), IsWarn());
  EXPECT_THAT(result_of({{.valid_until = days{2}}}, options), IsFail());
}

TEST_F(CertificateCheckTest, FailsAfterTheEnd) {
  EXPECT_THAT(result_of({{.valid_from = -days{10}, .valid_until = -days{2} - 12h}}),
              AllOf(IsFail(HasSubstr("\"localhost\" expired 2 days ago, on ")), HasDatum("days_left", -3)));
}

TEST_F(CertificateCheckTest, FailsBeforeTheBegin) {
  EXPECT_THAT(result_of({{.valid_from = 1h}}), IsFail(HasSubstr("\"localhost\" isn't valid before 20")));
}

TEST_F(CertificateCheckTest, GoesByTheOneThatEndsFirst) {
  EXPECT_THAT(result_of({{.common_name = "leaf", .valid_until = days{90}},
                         {.common_name = "intermediate", .valid_until = days{5} + 12h},
                         {.common_name = "root", .valid_until = days{900}}}),
              IsWarn(HasSubstr("\"intermediate\" expires in 5 days")));
}

TEST_F(CertificateCheckTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_THAT(Certificate{"/no/such/file"}(), IsFail(HasSubstr("can't read /no/such/file: No such file or directory")));
  std::ofstream{path_} << "nothing";
  EXPECT_THAT(Certificate{path_}(), IsFail(HasSubstr(path_ + " has no certificate in PEM")));
}

TEST_F(CertificateCheckTest, NamesNothingThatCannotBePrinted) {
  EXPECT_THAT(result_of({{.common_name = "a\x1b[1mb"}}), IsPass(HasSubstr("the certificate \"a?[1mb\" expires")));
}

TEST(CertificateCheckOptionsTest, HaveRanges) {
  EXPECT_THROW(Certificate{""}, std::invalid_argument);
  EXPECT_THROW((Certificate{"a", {.warn_before = -1s}}), std::invalid_argument);
  EXPECT_THROW((Certificate{"a", {.fail_before = days{3654}}}), std::invalid_argument);
}

}  // namespace
}  // namespace vitals_test
