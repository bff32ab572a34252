#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "server/descriptor.hpp"
#include "tls/openssl.hpp"
#include "tls/socket_bio.hpp"
#include "tls/tls_transport.hpp"

namespace vitals_test {

/// A server's transport and its peer, an OpenSSL client, on a pair of non-blocking sockets. The test calls both.
class TlsPair {
 public:
  /// @param configure  Sets up the client before its handshake.
  explicit TlsPair(
      vitals::detail::TlsShared& shared, void (*configure)(SSL*) = [](SSL*) {})
      : TlsPair{} {
    transport_.emplace(servers_.get(), vitals::detail::PeerAddress{}, shared);
    configure(client_.get());
  }

  [[nodiscard]] vitals::detail::TlsTransport& transport() { return *transport_; }
  [[nodiscard]] SSL* client() const noexcept { return client_.get(); }
  [[nodiscard]] int client_fd() const noexcept { return clients_.get(); }
  [[nodiscard]] int server_fd() const noexcept { return servers_.get(); }
  [[nodiscard]] bool client_is_told_the_end() const noexcept {
    return (static_cast<unsigned>(SSL_get_shutdown(client_.get())) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

  /// Both in turns, until the server's side is done or over.
  vitals::detail::Handshake shake_hands() {
    for (int i = 0; i < 10; ++i) {
      (void)SSL_do_handshake(client_.get());
      auto step = transport_->handshake(vitals::SteadyTime{std::chrono::hours{1}}, {});
      if (step.state == vitals::detail::Handshake::State::waiting ||
          step.state == vitals::detail::Handshake::State::silent)
        continue;
      (void)SSL_do_handshake(client_.get());
      return step;
    }
    return {.state = vitals::detail::Handshake::State::waiting};
  }
  /// In one record.
  void send(std::string_view bytes) const {
    (void)SSL_write(client_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  /// What the client can read now.
  [[nodiscard]] std::string received() const {
    std::string all;
    std::array<char, 4096> bytes;
    for (int size = 1; size > 0;) {
      size = SSL_read(client_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (size > 0) all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return all;
  }
  /// Records without data, all at once.
  void update_keys(int count, int kind = SSL_KEY_UPDATE_REQUESTED) const {
    const auto records = records_of([&] {
      for (int i = 0; i < count; ++i) {
        (void)SSL_key_update(client_.get(), kind);
        (void)SSL_do_handshake(client_.get());
      }
    });
    EXPECT_EQ(::send(clients_.get(), records.data(), records.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(records.size()));
  }
  /// The record that send() would send.
  [[nodiscard]] std::string record_of(std::string_view text) const {
    return records_of([&] { send(text); });
  }
  /// Puts raw bytes in the way of what the server sends, until no more fit. @returns How many.
  [[nodiscard]] std::size_t block_output() const {
    std::size_t total = 0;
    const std::array<char, 1024> junk = {};
    for (const std::size_t size : {junk.size(), std::size_t{1}})
      while (::send(servers_.get(), junk.data(), size, MSG_NOSIGNAL) == static_cast<ssize_t>(size)) total += size;
    return total;
  }
  void unblock_output(std::size_t size) const {
    std::string junk(size, '\0');
    for (std::size_t got = 0; got < size;)
      got += static_cast<std::size_t>(::recv(clients_.get(), junk.data(), size - got, 0));
  }
  void close_client() { clients_ = {}; }
  void close_transport() { transport_.reset(); }

 private:
  /// What the client would send.
  template <class Calls>
  [[nodiscard]] std::string records_of(Calls calls) const {
    const auto records = vitals::detail::owned<vitals::detail::SslBio>(BIO_new(BIO_s_mem()));
    auto* const socket = SSL_get_wbio(client_.get());
    BIO_up_ref(records.get());
    BIO_up_ref(socket);
    SSL_set0_wbio(client_.get(), records.get());
    calls();
    SSL_set0_wbio(client_.get(), socket);
    char* bytes = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(records.get(), &bytes));
    return {bytes, size};
  }

  TlsPair() : context_{vitals::detail::owned<vitals::detail::SslContext>(SSL_CTX_new(TLS_client_method()))} {
    std::array<int, 2> ends = {-1, -1};
    (void)::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
    servers_ = vitals::detail::Descriptor{ends[0]};
    clients_ = vitals::detail::Descriptor{ends[1]};
    client_socket_.fd = clients_.get();
    client_ = vitals::detail::owned<vitals::detail::SslSession>(SSL_new(context_.get()));
    auto* const bio = make_socket_bio(client_socket_).release();
    SSL_set_bio(client_.get(), bio, bio);
    SSL_set_connect_state(client_.get());
  }

  vitals::detail::Descriptor servers_ = {};
  vitals::detail::Descriptor clients_ = {};
  vitals::detail::TlsSocket client_socket_ = {};
  vitals::detail::SslContext context_;
  vitals::detail::SslSession client_ = nullptr;
  std::optional<vitals::detail::TlsTransport> transport_ = {};
};

}  // namespace vitals_test
