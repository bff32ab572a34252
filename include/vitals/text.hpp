#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace vitals::inline v1 {

/// A text parameter: accepts a C string, a std::string, and anything else that converts to std::string_view.
///
/// A null pointer, as dlerror() and getenv() may return, is the text "(null)".
/// @code
/// return vitals::CheckResult::fail(dlerror());
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       A view: the text must outlive it.
class Text {
 public:
  /// Empty.
  constexpr Text() noexcept = default;
  constexpr Text(const char* text) noexcept : view_{text == nullptr ? std::string_view{"(null)"} : text} {}
  constexpr Text(const char* text, std::size_t size) noexcept : view_{text, size} {}
  // clang-format off
  template <class T>
  requires(std::is_convertible_v<const T&, std::string_view> && !std::is_pointer_v<T> && !std::is_null_pointer_v<T> &&
           !std::is_same_v<T, Text>)
  constexpr Text(const T& text) : view_{view_of(text)} {}
  // clang-format on

  constexpr operator std::string_view() const noexcept { return view_; }

 private:
  static constexpr std::string_view view_of(std::string_view view) noexcept { return view; }

  std::string_view view_;
};

}  // namespace vitals::inline v1

#endif
