#pragma once

#include <cstdint>

namespace vitals::inline v1 {
namespace detail {

/// A bound that a peer can meet, and what it has done then: a member of LimitCounts each, in the same order.
enum class Limit : std::uint8_t {
  malformed,
  body,
  target_size,
  head_size,
  header_fields,
  head_time,
  first_byte,
  idle_time,
  write_time,
  connections,  ///< Another one gets the place.
  resources,    ///< No descriptor, no memory, or no place: a connection isn't accepted.
};

}  // namespace detail
}  // namespace vitals::inline v1
