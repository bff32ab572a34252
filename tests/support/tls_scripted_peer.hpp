#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "support/scripted_peer.hpp"
#include "support/test_certificates.hpp"
#include "tls/openssl.hpp"
#include "tls/socket_bio.hpp"

namespace vitals_test {

/// One TLS connection, as the server sees it. Its calls block.
class TlsPeerSession {
 public:
  TlsPeerSession(SSL_CTX* context, int fd)
      : socket_{.fd = fd}, session_{vitals::detail::owned<vitals::detail::SslSession>(SSL_new(context))} {
    auto* const bio = make_socket_bio(socket_).release();
    SSL_set_bio(session_.get(), bio, bio);
    established_ = SSL_accept(session_.get()) == 1;
  }

  [[nodiscard]] bool is_established() const noexcept { return established_; }
  /// The name that the client asks for; empty: none.
  [[nodiscard]] std::string asked_name() const {
    const char* const name = SSL_get_servername(session_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
  }
  void send(std::string_view text) const {
    (void)SSL_write(session_.get(), text.data(), static_cast<int>(text.size()));
  }
  /// A request's head.
  [[nodiscard]] std::string read_head() const {
    std::string head;
    for (char c = 0; !head.ends_with("\r\n\r\n") && SSL_read(session_.get(), &c, 1) == 1;) head += c;
    return head;
  }
  /// The end of output, as TLS says it.
  void say_end() const { (void)SSL_shutdown(session_.get()); }

 private:
  vitals::detail::TlsSocket socket_;
  vitals::detail::SslSession session_;
  bool established_ = false;
};

/// A TLS server that plays a script on each connection, one after another.
class TlsScriptedPeer {
 public:
  using Script = std::function<void(const TlsPeerSession& session)>;

  /// @param configure  Sets up the server.
  TlsScriptedPeer(const TestCertificate& certificate, Script script,
                  const std::function<void(SSL_CTX*)>& configure = {})
      : context_{vitals::detail::owned<vitals::detail::SslContext>(SSL_CTX_new(TLS_server_method()))},
        peer_{[this, script = std::move(script)](const PeerSession& raw) {
          const TlsPeerSession session{context_.get(), raw.fd()};
          if (session.is_established()) script(session);
          ERR_clear_error();
        }} {
    certificate.use_in(context_.get());
    if (configure) configure(context_.get());
  }

  [[nodiscard]] std::string address() const { return peer_.address(); }
  [[nodiscard]] std::string port() const { return std::to_string(peer_.port()); }

 private:
  vitals::detail::SslContext context_;
  ScriptedPeer peer_;
};

}  // namespace vitals_test
