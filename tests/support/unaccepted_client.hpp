#pragma once

#include <cstdint>
#include <optional>

#include "support/descriptors.hpp"
#include "support/http_client.hpp"

namespace vitals_test {

/// A client that a server can't accept: the process has no descriptor left, and a request that waits for a check uses
/// the server's spare one.
class UnacceptedClient {
 public:
  /// @param port  The port of a server whose readiness check hangs.
  explicit UnacceptedClient(std::uint16_t port) : waiting_{port} {
    waiting_.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    client_.emplace(port, "127.0.0.1", 0, socket_);
  }

  HttpClient* operator->() noexcept { return &*client_; }
  /// Frees descriptors, so that the server can accept the client.
  void free_descriptors() { last_.give_back(); }

 private:
  const int socket_ = HttpClient::open_socket();
  LastDescriptor last_;
  HttpClient waiting_;
  std::optional<HttpClient> client_;
};

}  // namespace vitals_test
