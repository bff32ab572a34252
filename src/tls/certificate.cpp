#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <vitals/checks/certificate.hpp>

#include "tls/pem_file.hpp"
#include "tls/validity.hpp"

namespace vitals::inline v1 {
namespace checks {

Certificate::Certificate(Text path, CertificateOptions options) : path_{std::string_view{path}}, options_{options} {
  if (path_.empty()) throw std::invalid_argument{"vitals: Certificate: the path must not be empty"};
  detail::require_in_range("Certificate", options_);
}

CheckResult Certificate::operator()() const try {
  const auto certificates = detail::PemFile{path_}.certificates();
  std::vector<X509*> all(certificates.size());
  std::transform(certificates.begin(), certificates.end(), all.begin(), [](const auto& each) { return each.get(); });
  return detail::judge_validity(path_, all, options_);
} catch (const std::system_error& error) {
  return CheckResult::fail(error.what());
}

}  // namespace checks
}  // namespace vitals::inline v1
