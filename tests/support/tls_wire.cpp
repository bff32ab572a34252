#include "support/tls_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::detail::owned;
using vitals::detail::SslContext;
using vitals::detail::SslErrors;

constexpr std::chrono::milliseconds limit = 30s;

vitals::detail::SslSession client_session() {
  static const auto context = owned<SslContext>(SSL_CTX_new(TLS_client_method()));
  return owned<vitals::detail::SslSession>(SSL_new(context.get()));
}

}  // namespace

TlsWire::TlsWire(int fd) : socket_{.fd = fd}, session_{client_session()} {
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  auto* const bio = make_socket_bio(socket_).release();
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_connect_state(session_.get());
  established_ = repeat([&] { return SSL_do_handshake(session_.get()); }, limit) == 1;
}

TlsWire::~TlsWire() {
  const SslErrors errors;
  if (established_ && !socket_.ended) (void)SSL_shutdown(session_.get());
}

template <class Call>
int TlsWire::repeat(Call call, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    const SslErrors errors;
    const int result = call();
    const int error = SSL_get_error(session_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return result;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd state{
        .fd = socket_.fd, .events = static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), .revents = 0};
    errno = 0;
    if (::poll(&state, 1, static_cast<int>(std::max(left, 0ms).count())) == 0) {
      errno = ETIMEDOUT;
      return -1;
    }
  }
}

// Without a handshake it sends in vain, as a socket does whose peer has gone.
ssize_t TlsWire::send(std::string_view bytes) {
  if (!established_) return static_cast<ssize_t>(bytes.size());
  const int sent =
      repeat([&] { return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())); }, limit);
  return sent > 0 ? sent : -1;
}

ssize_t TlsWire::receive(char* data, std::size_t size) {
  if (!established_) return 0;
  const int received = repeat([&] { return SSL_read(session_.get(), data, static_cast<int>(size)); }, limit);
  return received > 0 ? received : errno == ECONNRESET ? -1 : 0;
}

bool TlsWire::wait_for_input(std::chrono::milliseconds time) {
  if (!established_) return true;
  char byte = 0;
  errno = 0;
  return repeat([&] { return SSL_peek(session_.get(), &byte, 1); }, time) > 0 || errno != ETIMEDOUT;
}

void TlsWire::stop_sending() {
  const SslErrors errors;
  if (established_) (void)SSL_shutdown(session_.get());
  ::shutdown(socket_.fd, SHUT_WR);
}

bool TlsWire::was_told_the_end() const noexcept {
  return (static_cast<unsigned>(SSL_get_shutdown(session_.get())) & SSL_RECEIVED_SHUTDOWN) != 0;
}

}  // namespace vitals_test
