#include "tls/tls_stream.hpp"

#include <cerrno>
#include <poll.h>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Of the socket, in one call: records without data, such as key updates, must not keep it beyond the run's limit.
constexpr int reads_per_call = 16;

/// OpenSSL's own words for that are "wrong version number".
bool is_not_tls() noexcept {
  const auto error = ERR_peek_error();
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER;
}

}  // namespace

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
  allow_reading();
  return outcome(SSL_do_handshake(session_.get()), 1);
}

ssize_t TlsStream::send(std::string_view bytes) {
  const SslErrors errors;
  allow_reading();
  std::size_t count = 0;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
  const auto sent = outcome(result, count);
  if (broken_ && problem_.empty()) read_alert();
  return sent;
}

/// Why the server has reset the connection may have come before.
void TlsStream::read_alert() {
  const int system_error = errno;
  char byte = 0;
  std::size_t count = 0;
  if (SSL_read_ex(session_.get(), &byte, sizeof byte, &count) != 1 && !socket_.ended) problem_ = SslErrors::text();
  errno = system_error;
}

ssize_t TlsStream::receive(char* data, std::size_t size) {
  const SslErrors errors;
  allow_reading();
  std::size_t count = 0;
  const int result = SSL_read_ex(session_.get(), data, size, &count);
  return outcome(result, count);
}

void TlsStream::allow_reading() noexcept {
  socket_.reads_left = reads_per_call;
  socket_.out_of_reads = false;
}

ssize_t TlsStream::outcome(int result, std::size_t size) {
  const int system_error = errno;
  const int error = SSL_get_error(session_.get(), result);
  broken_ = false;
  if (error == SSL_ERROR_NONE) return static_cast<ssize_t>(size);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    wants_ = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    errno = socket_.out_of_reads ? EINTR : EAGAIN;
    return -1;
  }
  broken_ = true;
  // An end that TLS doesn't announce may have been forged: what has come isn't all.
  problem_ = socket_.ended  ? "the server ended it without saying so in TLS"
             : is_not_tls() ? "it doesn't speak TLS"
                            : SslErrors::text();
  errno = error == SSL_ERROR_SYSCALL && system_error != 0 ? system_error : EPROTO;
  return -1;
}

}  // namespace detail
}  // namespace vitals::inline v1
