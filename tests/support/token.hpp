#pragma once

#include <string_view>

namespace vitals_test {

/// A token of a caller, and the header field that sends it.
inline constexpr std::string_view token = "0123456789abcdef";
inline constexpr std::string_view bearer = "Bearer 0123456789abcdef";

}  // namespace vitals_test
