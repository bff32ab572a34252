#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <functional>
#include <string_view>

namespace vitals::inline v1 {

/// Receives one line of text, without a line feed. Must neither throw nor end its thread.
///
/// @code
/// vitals::HealthServer server{health, {.log = [&](std::string_view line) { log.warn(line); }}};
/// @endcode
using LogFunction = std::function<void(std::string_view line)>;

}  // namespace vitals::inline v1

#endif
