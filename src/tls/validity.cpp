#include "tls/validity.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <stdexcept>

#include "checks/stream_socket.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// A time that OpenSSL can't read is long past.
sys_seconds time_of(const ASN1_TIME* time) noexcept {
  std::tm parts = {};
  return sys_seconds{seconds{ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0}};
}

// Not utc_text(): its nanoseconds end in 2262, some certificates in 9999.
std::string text_of(sys_seconds time) {
  const std::time_t seconds_since_epoch = time.time_since_epoch().count();
  std::tm parts = {};
  std::array<char, 64> text = {};
  const auto size =
      std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&seconds_since_epoch, &parts));
  return {text.data(), size};
}

/// In quotes, without what a terminal or a log must not get.
std::string name_of(X509* certificate) {
  std::array<char, 65> name = {};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                             static_cast<int>(name.size()));
  return size <= 0 ? "a certificate without a name" : "the certificate " + quoted(name.data());
}

std::string counted_days(seconds span) {
  const auto count = std::chrono::floor<days>(span).count();
  return std::to_string(count) + (count == 1 ? " day" : " days");
}

}  // namespace

void require_in_range(const std::string& check, const checks::CertificateOptions& options) {
  constexpr days ten_years{3653};
  for (const auto& [name, value] :
       {std::pair{"warn_before", options.warn_before}, {"fail_before", options.fail_before}})
    if (value < Duration::zero() || value > ten_years)
      throw std::invalid_argument{"vitals: " + check + ": `" + name + "` must be 0 to 10 years"};
  if (options.fail_before > options.warn_before)
    throw std::invalid_argument{"vitals: " + check + ": `fail_before` must be at most `warn_before`"};
}

CheckResult judge_validity(const std::string& subject, const std::vector<X509*>& certificates,
                           const checks::CertificateOptions& options) {
  if (certificates.empty()) return CheckResult::fail(subject + ": there is no certificate");
  const SslErrors errors;
  const auto now = std::chrono::time_point_cast<seconds>(std::chrono::system_clock::now());
  for (auto* const certificate : certificates)
    if (const auto begin = time_of(X509_get0_notBefore(certificate)); begin > now)
      return CheckResult::fail(subject + ": " + name_of(certificate) + " isn't valid before " + text_of(begin));
  auto* const first = *std::min_element(certificates.begin(), certificates.end(), [](X509* a, X509* b) {
    return time_of(X509_get0_notAfter(a)) < time_of(X509_get0_notAfter(b));
  });
  const auto end = time_of(X509_get0_notAfter(first));
  const auto left = end - now;
  const auto text = subject + ": " + name_of(first) +
                    (left <= seconds{0} ? " expired " + counted_days(-left) + " ago, on " + text_of(end)
                                        : " expires in " + counted_days(left) + ", on " + text_of(end));
  // In seconds: nanoseconds don't reach the year 9999, in which certificates without an end have theirs.
  const auto result = left <= std::chrono::floor<seconds>(options.fail_before)   ? CheckResult::fail(text)
                      : left <= std::chrono::floor<seconds>(options.warn_before) ? CheckResult::warn(text)
                                                                                 : CheckResult::pass(text);
  return CheckResult{result}
      .with("expires", text_of(end))
      .with("days_left", static_cast<std::int64_t>(std::chrono::floor<days>(left).count()));
}

}  // namespace detail
}  // namespace vitals::inline v1
