#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <sys/types.h>

namespace vitals_test {

/// A layer between an HttpClient and its socket, such as TLS.
class ClientWire {
 public:
  ClientWire() = default;
  ClientWire(const ClientWire&) = delete;
  ClientWire& operator=(const ClientWire&) = delete;
  virtual ~ClientWire() = default;

  /// @returns What was sent, or -1 with errno.
  virtual ssize_t send(std::string_view bytes) = 0;
  /// Waits. @returns 0 at the end of the connection, -1 if it was reset.
  virtual ssize_t receive(char* data, std::size_t size) = 0;
  /// Waits for bytes, or for the end of the connection.
  virtual bool wait_for_input(std::chrono::milliseconds time) = 0;
  virtual void stop_sending() = 0;
};

/// Makes the layer of each client that is connected; null: there is none. A program sets it before its tests run.
inline std::unique_ptr<ClientWire> (*make_client_wire)(int fd) = nullptr;

}  // namespace vitals_test

/// For a test that makes sense on plain sockets only.
#define VITALS_SKIP_WITH_WIRE(reason) \
  if (vitals_test::make_client_wire != nullptr) GTEST_SKIP() << (reason)
