#pragma once

#include <stdexcept>
#include <string>

namespace vitals_test {

/// The message of the std::invalid_argument with which `action` is refused; empty if it isn't refused.
template <class Action>
std::string refusal_of(Action&& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace vitals_test
