#pragma once

#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// The name of a system call in which threads usually block. Empty for others.
[[nodiscard]] std::string_view system_call_name(long number) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
