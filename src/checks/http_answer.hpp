#pragma once

#include <string>

#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What a server has answered.
struct HttpAnswer {
  int status = 0;
  std::string location = {};  ///< Of a redirect.
  std::string body = {};      ///< At most its first 64 KiB.
  std::string peer = {};      ///< Who has answered: "192.0.2.1:80".
  std::string problem = {};   ///< Set if there is no whole answer.
};

/// How to read an answer.
struct HttpReading {
  bool is_to_head = false;  ///< Then it has no body.
  bool may_quote = false;   ///< Whether `problem` may show what the server has sent.
};

/// Reads to the end of the answer, or to 64 KiB of its body.
[[nodiscard]] HttpAnswer read_http_answer(const Connected& connection, HttpReading reading, const RunLimit& limit);

}  // namespace detail
}  // namespace vitals::inline v1
