#pragma once

namespace vitals::inline v1 {
namespace detail {

/// What the caller of a request may see. Each contains the ones before it.
enum class Sight : unsigned char {
  counts,   ///< How many checks pass, warn and fail.
  names,    ///< Each check with its status.
  details,  ///< Messages, data, and the service; on `/health` also statistics.
};
inline constexpr int sight_count = static_cast<int>(Sight::details) + 1;

}  // namespace detail
}  // namespace vitals::inline v1
