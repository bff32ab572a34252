#pragma once

#include <memory>
#include <string_view>

#include <vitals/check_result.hpp>

namespace vitals::inline v1 {
namespace detail {

/// A result that is passed on without copying, and so without allocating. Never null, unless documented.
using SharedResult = std::shared_ptr<const CheckResult>;

/// The failure "out of memory". The first call makes it and may throw std::bad_alloc; later calls don't.
[[nodiscard]] const SharedResult& out_of_memory();

/// The result or failure; out_of_memory() if it can't be allocated.
[[nodiscard]] SharedResult shared_result(CheckResult&& result) noexcept;
[[nodiscard]] SharedResult shared_failure(std::string_view message) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
