#pragma once

#include <string_view>

#include "support/http_client.hpp"
#include "support/unix_sockets.hpp"

namespace vitals_test {

/// @param path  A path that begins with '@' is a name in the abstract namespace.
/// @throws std::runtime_error  if no server listens there.
inline HttpClient http_client_at(std::string_view path) {
  return HttpClient{HttpClient::Connected{connected_to(path).release()}};
}

}  // namespace vitals_test
