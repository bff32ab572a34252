#pragma once

#include <memory>
#include <string_view>

#include <vitals/check_result.hpp>

namespace vitals::inline v1 {
namespace detail {

/// A result that is handed on without a copy, and so without memory. Never null, unless it says so.
using SharedResult = std::shared_ptr<const CheckResult>;

/// A failure that says "out of memory". Made by the first call, which may throw std::bad_alloc; later ones don't.
[[nodiscard]] const SharedResult& out_of_memory();

/// What was said; a failure by lack of memory, if there is none for it.
[[nodiscard]] SharedResult shared_result(CheckResult&& result) noexcept;
[[nodiscard]] SharedResult shared_failure(std::string_view message) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
