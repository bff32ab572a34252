#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/endpoint.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace test {

struct FetchOptions {
  std::string method = "GET";
  /// The value of the Accept header; empty: no such header.
  std::string accept = {};
  /// For the whole exchange, from connecting to the last byte, 1 ms to 24 h.
  Duration timeout = std::chrono::seconds{5};
};

/// An HTTP answer.
struct FetchResult {
  int status = 0;
  /// In order of arrival.
  std::vector<HttpHeader> headers = {};
  std::string body = {};

  /// The value of the first header of that name, ignoring case; nullopt if there is none.
  [[nodiscard]] VITALS_EXPORT std::optional<std::string> header(Text name) const;
};

/// Sends one request to a server on 127.0.0.1 over a new connection, and waits for the answer.
///
/// @code
/// EXPECT_EQ(vitals::test::fetch(server.port(), "/ready").status, 200);
/// @endcode
///
/// @param target  As in the request line: "/ready?verbose".
/// @throws std::invalid_argument  if the timeout is out of range.
/// @throws std::system_error  naming the URL: nobody listens there, the connection breaks, the answer isn't HTTP/1
///                            (std::errc::bad_message), or the time is up (std::errc::timed_out).
/// @par Thread safety  Safe.
[[nodiscard]] VITALS_EXPORT FetchResult fetch(std::uint16_t port, Text target, FetchOptions options = {});

}  // namespace test
}  // namespace vitals::inline v1

#endif
