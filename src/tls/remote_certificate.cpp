#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/checks/remote_certificate.hpp>

#include "checks/connect.hpp"
#include "checks/host_resolver.hpp"
#include "tls/tls_client.hpp"
#include "tls/validity.hpp"

namespace vitals::inline v1 {
namespace checks {

class RemoteCertificate::State {
 public:
  State(std::string target, CertificateOptions options, TlsClientOptions tls)
      : name_{std::move(target)},
        server_{detail::parse_target("RemoteCertificate", name_)},
        options_{options},
        tls_{"RemoteCertificate", std::move(tls), detail::TlsProtocol::any} {
    detail::require_in_range("RemoteCertificate", options_);
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    auto connection = detail::connect_to(server_, resolver_, limit);
    if (connection.socket.fd() >= 0) tls_.shake_hands(connection, server_.host, true, limit);
    if (connection.socket.fd() < 0) return CheckResult::fail(name_ + ": " + connection.error);
    // Not all that the server sends: it may send one that has expired and isn't needed.
    const auto* const chain = SSL_get0_verified_chain(detail::TlsClient::session_of(connection));
    std::vector<X509*> certificates;
    certificates.reserve(static_cast<std::size_t>(std::max(sk_X509_num(chain), 0)));
    for (int i = 0; i < sk_X509_num(chain); ++i) certificates.push_back(sk_X509_value(chain, i));
    return detail::judge_validity(name_, certificates, options_);
  }

 private:
  const std::string name_;
  const detail::HostAndPort server_;
  const CertificateOptions options_;
  detail::TlsClient tls_;
  detail::HostResolver resolver_;
};

RemoteCertificate::RemoteCertificate(Text target, CertificateOptions options, TlsClientOptions tls)
    : state_{std::make_shared<State>(std::string{std::string_view{target}}, options, std::move(tls))} {}

CheckResult RemoteCertificate::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
