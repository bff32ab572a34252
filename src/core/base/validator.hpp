#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <vitals/clock.hpp>

#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Refuses options with a std::invalid_argument that names the object, the option and the rule.
struct Validator {
  std::string where;  ///< The object that the option belongs to, as in `check "database"`.

  [[noreturn]] void refuse(std::string_view option, std::string_view rule) const {
    throw std::invalid_argument{"vitals: " + where + ": " + std::string{option} + " " + std::string{rule}};
  }
  void in_range(std::string_view option, Duration value, Duration min, Duration max) const {
    if (value < min || value > max)
      refuse(option, "must be " + spoken(min) + " to " + spoken(max) + ", not " + spoken(value));
  }
  void in_range(std::string_view option, int value, int min, int max) const {
    if (value < min || value > max)
      refuse(option,
             "must be " + std::to_string(min) + " to " + std::to_string(max) + ", not " + std::to_string(value));
  }
};

}  // namespace detail
}  // namespace vitals::inline v1
