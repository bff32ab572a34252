#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <vitals/checks/https.hpp>

#include "checks/http_check.hpp"
#include "tls/tls_client.hpp"

namespace vitals::inline v1 {
namespace checks {

class Https::State {
 public:
  State(std::string_view url, HttpOptions options, TlsClientOptions tls)
      : tls_{"Https", std::move(tls), detail::TlsProtocol::http_1_1}, check_{scheme(), url, std::move(options)} {}

  CheckResult run(const CheckContext& context) { return check_.run(context); }

 private:
  detail::HttpScheme scheme() {
    constexpr std::uint16_t port = 443;
    return {
        .check = "Https", .name = "https", .port = port, .connect = [this](auto& server, auto& resolver, auto& limit) {
          auto connection = detail::connect_to(server, resolver, limit);
          const bool is_chosen = server.text() == check_.server().text();
          if (connection.socket.fd() >= 0) tls_.shake_hands(connection, server.host, is_chosen, limit);
          return connection;
        }};
  }

  detail::TlsClient tls_;
  detail::HttpCheck check_;
};

Https::Https(Text url, HttpOptions options, TlsClientOptions tls)
    : state_{std::make_shared<State>(std::string_view{url}, std::move(options), std::move(tls))} {}

CheckResult Https::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
