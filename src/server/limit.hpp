#pragma once

#include <cstddef>
#include <cstdint>

namespace vitals::inline v1 {
namespace detail {

/// A bound that a peer can meet, and what it has done then: a member of LimitCounts each, in the same order.
enum class Limit : std::uint8_t {
  malformed,
  target_size,
  head_size,
  header_fields,
  head_time,
  first_byte,
  idle_time,
  write_time,
  connections,  ///< Another one gets the place.
  resources,    ///< No descriptor, no memory, no place, or accept() fails: a connection isn't accepted.
  proxy_header,
  age,
  lingering,
  memory,  ///< None for a connection that is open.
};
inline constexpr std::size_t limit_count = static_cast<std::size_t>(Limit::memory) + 1;

}  // namespace detail
}  // namespace vitals::inline v1
