#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <type_traits>

namespace vitals::inline v1 {

namespace detail {

/// Whether it can be seen that there is nothing to call: a null pointer, or an empty std::function or its like. What
/// takes a callable refuses it then, rather than when it is called.
template <class F>
[[nodiscard]] constexpr bool holds_nothing([[maybe_unused]] const F& f) {
  if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>)
    return f == nullptr;
  else if constexpr (!std::is_empty_v<F> && requires { static_cast<bool>(f == nullptr); })
    return static_cast<bool>(f == nullptr);
  else
    return false;
}

}  // namespace detail
}  // namespace vitals::inline v1

#endif
