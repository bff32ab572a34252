#include "tls/socket_bio.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <sys/socket.h>

#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

TlsSocket& socket_of(BIO* bio) noexcept { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }

int take_early(std::string& early, char* data, int size) {
  const auto taken = early.copy(data, static_cast<std::size_t>(size));
  early.erase(0, taken);
  if (early.empty()) early.shrink_to_fit();
  return static_cast<int>(taken);
}

int read_socket(BIO* bio, char* data, int size) noexcept {
  BIO_clear_retry_flags(bio);
  auto& socket = socket_of(bio);
  socket.empty = socket.drained = false;
  if (socket.most_messages >= 0 && socket.messages > socket.most_messages) return -1;
  socket.out_of_reads = socket.reads_left == 0;
  if (socket.out_of_reads) {
    BIO_set_retry_read(bio);
    return -1;
  }
  if (socket.reads_left > 0) --socket.reads_left;
  size = std::min(size, TlsSocket::most_per_read);
  if (!socket.early.empty()) return take_early(socket.early, data, size);
  const auto received = ::recv(socket.fd, data, static_cast<std::size_t>(size), 0);
  if (received > 0) socket.received += static_cast<std::size_t>(received);
  socket.drained = received < size;
  socket.ended = received == 0 && size > 0;
  if (received < 0 && is_transient(errno)) {
    socket.empty = true;
    BIO_set_retry_read(bio);
  }
  return static_cast<int>(received);
}

int write_socket(BIO* bio, const char* data, int size) noexcept {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(socket_of(bio).fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && is_transient(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long control(BIO* bio, int command, long, void*) noexcept {
  if (command == BIO_CTRL_EOF) return socket_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

void count_message(int is_sent, int, int content_type, const void*, std::size_t, SSL*, void* socket) noexcept {
  if (is_sent == 0 && content_type == SSL3_RT_HANDSHAKE) ++static_cast<TlsSocket*>(socket)->messages;
}

SslBioMethod make_method() {
  auto method = owned<SslBioMethod>(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "vitals socket"));
  if (BIO_meth_set_read(method.get(), read_socket) != 1 || BIO_meth_set_write(method.get(), write_socket) != 1 ||
      BIO_meth_set_ctrl(method.get(), control) != 1)
    throw std::bad_alloc{};
  return method;
}

}  // namespace

void count_messages(SSL* session, TlsSocket& socket) noexcept {
  SSL_set_msg_callback(session, count_message);
  SSL_set_msg_callback_arg(session, &socket);
}

SslBio make_socket_bio(TlsSocket& socket) {
  // Never freed: a server with static storage may end later than this would.
  static BIO_METHOD* const method = make_method().release();
  auto bio = owned<SslBio>(BIO_new(method));
  BIO_set_data(bio.get(), &socket);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace detail
}  // namespace vitals::inline v1
