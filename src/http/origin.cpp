#include "http/origin.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {

std::string valid_origin(std::string origin) {
  const auto may_be_in_one = [](char c) { return c > ' ' && c < 0x7f && c != ','; };
  if (!std::all_of(origin.begin(), origin.end(), may_be_in_one))
    throw std::invalid_argument{
        "vitals: EndpointOptions::allow_origin must be \"*\" or an origin of visible ASCII characters without a comma, "
        "not \"" +
        safe_text(origin, 80) + '"'};
  return origin;
}

}  // namespace detail
}  // namespace vitals::inline v1
