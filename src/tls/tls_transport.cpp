#include "tls/tls_transport.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// The content type of a handshake record: https://www.rfc-editor.org/rfc/rfc8446#section-5.1
constexpr char handshake_record = 22;

constexpr std::string_view answer_to_plain_requests =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 39\r\nConnection: close\r\n\r\n"
    "This port speaks HTTPS, not plain HTTP.";

bool is_upper_case(char c) noexcept { return c >= 'A' && c <= 'Z'; }

Handshake over(Limit limit, std::string detail) {
  return {.state = Handshake::State::over, .reached = limit, .detail = std::move(detail)};
}

}  // namespace

TlsTransport::TlsTransport(int fd, const PeerAddress& peer, TlsShared& shared)
    : socket_{.fd = fd, .reads_left = reads_per_turn, .most_messages = most_messages}, peer_{peer}, shared_{shared} {}

TlsTransport::~TlsTransport() { send_close_notify(); }

Handshake TlsTransport::handshake(SteadyTime now, std::string_view early) {
  if (session_) return step();
  socket_.early += early;
  std::string log_line;
  auto result = begin(now, log_line);
  if (session_) result = step();
  result.log_line = std::move(log_line);
  return result;
}

/// Makes the session if the peer speaks TLS.
Handshake TlsTransport::begin(SteadyTime now, std::string& log_line) {
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
  auto session = owned<SslSession>(SSL_new(shared_.files.context(now, log_line)));
  auto* const bio = make_socket_bio(socket_).release();
  SSL_set_bio(session.get(), bio, bio);
  SSL_set_accept_state(session.get());
  session_ = std::move(session);
  return {};
}

Handshake TlsTransport::step() {
  const SslErrors errors;
  int result = 0;
  do {
    allow_reading();
    result = SSL_do_handshake(session_.get());
  } while (result != 1 && socket_.out_of_reads && socket_.received <= shared_.most_handshake_bytes);
  record_incomplete_ = result != 1;
  if (result == 1) {
    count_messages(session_.get(), socket_);
    return {};
  }
  const int error = SSL_get_error(session_.get(), result);
  const bool is_short = socket_.received <= shared_.most_handshake_bytes;
  if (error == SSL_ERROR_WANT_READ && is_short) return {.state = Handshake::State::waiting};
  if (error == SSL_ERROR_WANT_WRITE) return {.state = Handshake::State::waiting, .interest = Interest::output};
  broken_ = true;
  auto failure = over(Limit::handshake_failure, is_short ? why_it_failed() : "it is too long");
  failure.answered = !socket_.ended;
  return failure;
}

std::string TlsTransport::why_it_failed() const {
  const auto reason = SslErrors::text();
  return socket_.ended || reason.empty() ? "the peer has left" : reason;
}

void TlsTransport::allow_reading() noexcept {
  socket_.reads_left = reads_per_turn;
  socket_.out_of_reads = false;
}

Handshake TlsTransport::refuse_plain() {
  (void)plain::send(socket_.fd, answer_to_plain_requests);
  auto refusal = over(Limit::handshake_failure, "an HTTP request without TLS");
  refusal.answered = true;
  return refusal;
}

Transfer TlsTransport::receive(char* data, std::size_t size) {
  if (!session_) return {.over = true};
  for (;;) {
    const SslErrors errors;
    std::size_t count = 0;
    record_incomplete_ = needs_room_ = false;
    const int result = SSL_read_ex(session_.get(), data, size, &count);
    switch (SSL_get_error(session_.get(), result)) {
      case SSL_ERROR_NONE: return received(count);
      case SSL_ERROR_ZERO_RETURN: return {.over = true};
      case SSL_ERROR_WANT_WRITE:
        allow_reading();
        needs_room_ = true;
        return {.drained = true, .interest = Interest::output};
      case SSL_ERROR_WANT_READ:
        if (socket_.empty) return drained();
        if (socket_.out_of_reads) {
          allow_reading();
          return {.must_yield = true};
        }
        continue;  // after a record without data
      default: broken_ = true; return {.over = true};
    }
  }
}

Transfer TlsTransport::received(std::size_t size) noexcept {
  const bool is_drained = socket_.drained && SSL_has_pending(session_.get()) == 0;
  if (is_drained) allow_reading();
  return {.size = size, .drained = is_drained};
}

Transfer TlsTransport::drained() noexcept {
  record_incomplete_ = true;
  allow_reading();
  return {.drained = true};
}

Transfer TlsTransport::send(std::string_view bytes) {
  if (!session_) return {.over = true};
  std::size_t total = 0;
  while (total < bytes.size()) {
    const SslErrors errors;
    std::size_t count = 0;
    allow_reading();
    const int result = SSL_write_ex(session_.get(), bytes.data() + total, bytes.size() - total, &count);
    const int error = SSL_get_error(session_.get(), result);
    total += count;
    if (error == SSL_ERROR_NONE || (error == SSL_ERROR_WANT_READ && socket_.out_of_reads)) continue;
    const auto interest = error == SSL_ERROR_WANT_READ ? Interest::input : Interest::output;
    broken_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
    return {.size = total, .drained = true, .interest = interest, .over = broken_};
  }
  return {.size = total};
}

bool TlsTransport::has_input() const noexcept {
  if (needs_room_) return false;  // nothing is read before the peer reads
  if (!record_incomplete_ && session_ && SSL_has_pending(session_.get()) == 1) return true;
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
