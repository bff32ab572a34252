#pragma once

#include <cstddef>
#include <cstdint>

namespace vitals::inline v1 {
namespace detail {

/// The limits that connections can reach: one per member of LimitCounts, in the same order.
enum class Limit : std::uint8_t {
  malformed,
  target_size,
  head_size,
  header_fields,
  head_time,
  first_byte,
  idle_time,
  write_time,
  connections,  ///< An open connection was closed for a new one.
  resources,    ///< No descriptor, memory or place, or a failing accept(): a connection isn't accepted.
  proxy_header,
  age,
  lingering,
  memory,  ///< No memory for an open connection.
  handshake_time,
  handshake_failure,
  handshakes,  ///< More in a second than the transport allows.
};
inline constexpr std::size_t limit_count = static_cast<std::size_t>(Limit::handshakes) + 1;

}  // namespace detail
}  // namespace vitals::inline v1
