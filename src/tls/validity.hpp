#pragma once

#include <string>
#include <vector>

#include <vitals/check_result.hpp>
#include <vitals/checks/certificate.hpp>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// @param check  Its name in the message.
/// @throws std::invalid_argument  if an option is out of range.
void require_in_range(const std::string& check, const checks::CertificateOptions& options);

/// Whether all of these certificates are valid now, and for how long.
/// @param subject  What the message begins with.
[[nodiscard]] CheckResult judge_validity(const std::string& subject, const std::vector<X509*>& certificates,
                                         const checks::CertificateOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
