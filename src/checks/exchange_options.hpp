#pragma once

#include <stdexcept>
#include <string>

#include <vitals/check_result.hpp>
#include <vitals/checks/tcp.hpp>

#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

inline void require_exchange(const std::string& check, const checks::TcpOptions& options) {
  constexpr std::size_t most = 1024;
  if (options.expect.size() > most)
    throw std::invalid_argument{"vitals: " + check + ": `expect` must not be longer than 1 KiB"};
}

/// What a run has come to.
inline CheckResult result_of(const std::string& target, const Connected& connection, const checks::TcpOptions& options,
                             const RunLimit& limit) {
  if (connection.socket.fd() < 0) return CheckResult::fail(target + ": " + connection.error);
  const auto problem = exchange(connection, options.send, options.expect, limit);
  return problem.empty() ? CheckResult::pass() : CheckResult::fail(target + ": " + problem);
}

}  // namespace detail
}  // namespace vitals::inline v1
