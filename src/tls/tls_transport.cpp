#include "tls/tls_transport.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// The content type of a handshake record: https://www.rfc-editor.org/rfc/rfc8446#section-5.1
constexpr char handshake_record = 22;

/// Of reading, in one step of a handshake.
constexpr int most_rounds = 16;

constexpr std::string_view answer_to_plain_requests =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 39\r\nConnection: close\r\n\r\n"
    "This port speaks HTTPS, not plain HTTP.";

bool is_upper_case(char c) noexcept { return c >= 'A' && c <= 'Z'; }

Handshake over(Limit limit, std::string detail) {
  return {.state = Handshake::State::over, .reached = limit, .detail = std::move(detail)};
}

}  // namespace

TlsTransport::TlsTransport(int fd, const PeerAddress& peer, TlsShared& shared)
    : socket_{.fd = fd, .allowed = reads_per_turn}, peer_{peer}, shared_{shared} {}

TlsTransport::~TlsTransport() { send_close_notify(); }

Handshake TlsTransport::handshake(SteadyTime now, std::string_view early) {
  if (session_) return step();
  socket_.early += early;
  std::string trouble;
  auto result = begin(now, trouble);
  if (session_) result = step();
  result.trouble = std::move(trouble);
  return result;
}

/// Makes the session if the peer speaks TLS.
Handshake TlsTransport::begin(SteadyTime now, std::string& trouble) {
  char first = 0;
  if (socket_.early.empty()) {
    const auto received = ::recv(socket_.fd, &first, 1, MSG_PEEK);
    if (received < 0 && is_transient(errno)) return {.state = Handshake::State::silent};
    if (received <= 0) return {.state = Handshake::State::over};
  } else {
    first = socket_.early.front();
  }
  if (is_upper_case(first)) return refuse_plain();
  if (first != handshake_record) return over(Limit::handshake_failure, "not TLS");
  if (!shared_.budget.take(peer_, now)) return over(Limit::handshakes, peer_.text());
  const SslErrors errors;
  auto session = owned<SslSession>(SSL_new(shared_.files.context(now, trouble)));
  auto* const bio = make_socket_bio(socket_).release();
  SSL_set_bio(session.get(), bio, bio);
  SSL_set_accept_state(session.get());
  session_ = std::move(session);
  return {};
}

Handshake TlsTransport::step() {
  const SslErrors errors;
  int result = 0;
  // A flight has at most 128 KiB: OpenSSL refuses longer messages.
  for (int i = 0; i < most_rounds; ++i) {
    socket_.allowed = reads_per_turn;
    socket_.refused = false;
    result = SSL_do_handshake(session_.get());
    if (!socket_.refused) break;
  }
  exhausted_ = result != 1;
  if (!exhausted_) return {};
  const int error = SSL_get_error(session_.get(), result);
  if (error == SSL_ERROR_WANT_READ && !socket_.refused) return {.state = Handshake::State::waiting};
  if (error == SSL_ERROR_WANT_WRITE) return {.state = Handshake::State::waiting, .interest = Interest::output};
  return failed();
}

Handshake TlsTransport::failed() {
  broken_ = true;
  const auto reason = SslErrors::text();
  return over(Limit::handshake_failure, socket_.ended || reason.empty() ? "the peer has left" : reason);
}

/// All that has come is read first: closing a socket with unread bytes resets it, and the peer may lose the answer.
Handshake TlsTransport::refuse_plain() {
  std::array<char, 4096> rest;
  for (int i = 0; i<reads_per_turn&& ::recv(socket_.fd, rest.data(), rest.size(), 0)> 0; ++i) continue;
  (void)plain::send(socket_.fd, answer_to_plain_requests);
  return over(Limit::handshake_failure, "an HTTP request without TLS");
}

Transfer TlsTransport::receive(char* data, std::size_t size) {
  for (;;) {
    const SslErrors errors;
    std::size_t count = 0;
    exhausted_ = false;
    const int result = SSL_read_ex(session_.get(), data, size, &count);
    const int error = SSL_get_error(session_.get(), result);
    if (error == SSL_ERROR_NONE) return received(count);
    if (error == SSL_ERROR_WANT_READ && socket_.empty) return drained();
    if (error == SSL_ERROR_WANT_READ && socket_.refused) return too_long();
    if (error == SSL_ERROR_WANT_READ) continue;  // after a record without data
    if (error == SSL_ERROR_WANT_WRITE) return {.drained = true, .interest = Interest::output};
    broken_ = error != SSL_ERROR_ZERO_RETURN;
    return {.over = true};
  }
}

Transfer TlsTransport::received(std::size_t size) noexcept {
  empty_turns_ = 0;
  const bool is_drained = socket_.drained && SSL_has_pending(session_.get()) == 0;
  if (is_drained) socket_.allowed = reads_per_turn;
  return {.size = size, .drained = is_drained};
}

Transfer TlsTransport::drained() noexcept {
  exhausted_ = true;
  socket_.allowed = reads_per_turn;
  return {.drained = true};
}

Transfer TlsTransport::too_long() noexcept {
  socket_.allowed = reads_per_turn;
  if (++empty_turns_ <= most_empty_turns) return {.is_long = true};
  broken_ = true;
  return {.over = true};
}

Transfer TlsTransport::send(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const SslErrors errors;
    std::size_t count = 0;
    if (SSL_write_ex(session_.get(), bytes.data() + total, bytes.size() - total, &count) == 1) {
      total += count;
      continue;
    }
    const int error = SSL_get_error(session_.get(), 0);
    const auto interest = error == SSL_ERROR_WANT_READ ? Interest::input : Interest::output;
    broken_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
    return {.size = total, .drained = true, .interest = interest, .over = broken_};
  }
  return {.size = total};
}

bool TlsTransport::has_input() const noexcept {
  if (!exhausted_ && session_ && SSL_has_pending(session_.get()) == 1) return true;
  return !socket_.early.empty() || plain::has_input(socket_.fd);
}

bool TlsTransport::end_output() noexcept {
  send_close_notify();
  return plain::end_output(socket_.fd);
}

// It needn't be complete: then the peer sees the end of the socket. After an answer with a length nothing is lost.
void TlsTransport::send_close_notify() noexcept {
  if (!session_ || broken_ || SSL_is_init_finished(session_.get()) != 1) return;
  if ((static_cast<unsigned>(SSL_get_shutdown(session_.get())) & SSL_SENT_SHUTDOWN) != 0) return;
  const SslErrors errors;
  (void)SSL_shutdown(session_.get());
}

}  // namespace detail
}  // namespace vitals::inline v1
