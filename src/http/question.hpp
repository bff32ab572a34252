#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/sight.hpp"

namespace vitals::inline v1 {
namespace detail {

struct Served;
class UserCall;

inline constexpr std::string_view plain_text = "text/plain; charset=utf-8";

/// Methods are case-sensitive: "get" is none of these.
enum class Method { get, head, options, other };

[[nodiscard]] constexpr Method method_of(std::string_view name) noexcept {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

/// What a request asks for, and what its caller may see. Of the request's own bytes it has only names of checks.
struct Question {
  /// What is served at the path. Lives as long as the Answers that made this.
  const Served* served = nullptr;
  Method method = Method::get;
  Sight sight = Sight::names;
  std::size_t variant = 0;                   ///< Which of the resource's bodies; see Resource::variants().
  std::string_view media_type = plain_text;  ///< A literal.
  bool one_check = false;
  std::string check = {};                  ///< With `one_check`: its name, or empty if the request has no valid name.
  std::vector<std::string> excluded = {};  ///< Checks that must not count.
  int warn_status = 200;                   ///< The code for the status warn.
  std::shared_ptr<UserCall> call = {};     ///< The call of the application's code that it needs, if it needs one.

  /// Whether an equal request from an equal caller has the same question.
  [[nodiscard]] bool is_repeatable() const noexcept { return !one_check && excluded.empty() && !call; }
};

}  // namespace detail
}  // namespace vitals::inline v1
