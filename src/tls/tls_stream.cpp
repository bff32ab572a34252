#include "tls/tls_stream.hpp"

#include <cerrno>
#include <poll.h>

namespace vitals::inline v1 {
namespace detail {

TlsStream::TlsStream(SSL_CTX* context, int fd) : socket_{.fd = fd}, session_{owned<SslSession>(SSL_new(context))} {
  auto* const bio = make_socket_bio(socket_).release();
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_connect_state(session_.get());
}

TlsStream::~TlsStream() {
  const SslErrors errors;
  if (!broken_) (void)SSL_shutdown(session_.get());
}

ssize_t TlsStream::shake_hands() {
  const SslErrors errors;
  return outcome(SSL_do_handshake(session_.get()), 1);
}

ssize_t TlsStream::send(std::string_view bytes) {
  const SslErrors errors;
  std::size_t count = 0;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
  return outcome(result, count);
}

ssize_t TlsStream::receive(char* data, std::size_t size) {
  const SslErrors errors;
  std::size_t count = 0;
  const int result = SSL_read_ex(session_.get(), data, size, &count);
  return outcome(result, count);
}

ssize_t TlsStream::outcome(int result, std::size_t size) {
  const int system_error = errno;
  const int error = SSL_get_error(session_.get(), result);
  broken_ = false;
  if (error == SSL_ERROR_NONE) return static_cast<ssize_t>(size);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    wants_ = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    errno = EAGAIN;
    return -1;
  }
  broken_ = true;
  // An end that TLS doesn't announce may have been forged: what has come isn't all.
  problem_ = socket_.ended ? "the server ended it without saying so in TLS" : SslErrors::text();
  errno = error == SSL_ERROR_SYSCALL && system_error != 0 ? system_error : EPROTO;
  return -1;
}

}  // namespace detail
}  // namespace vitals::inline v1
