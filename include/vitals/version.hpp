#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string_view>

#include <vitals/export.hpp>

/// The version of the headers, as in `0.1.0`; see https://semver.org.
#define VITALS_VERSION_MAJOR 0
#define VITALS_VERSION_MINOR 1
#define VITALS_VERSION_PATCH 0

namespace vitals::inline v1 {

/// The version of the linked library, as in "0.1.0". It differs from the macros if the program was compiled with the
/// headers of another version.
VITALS_EXPORT std::string_view version() noexcept;

}  // namespace vitals::inline v1

#endif
