#pragma once

#include <span>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// All of vitals-probe but its name. @returns The exit status.
[[nodiscard]] int run_probe(std::span<const char* const> arguments, std::string_view default_url);

}  // namespace detail
}  // namespace vitals::inline v1
