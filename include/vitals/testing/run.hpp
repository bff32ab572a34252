#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/pushed_check.hpp>

namespace vitals::inline v1 {

namespace detail {

VITALS_EXPORT CheckResult run_once(std::shared_ptr<CheckBody> body, Duration timeout);

}  // namespace detail

namespace test {

/// Runs a check of any form once, and returns what a registry would make of it.
///
/// @code
/// EXPECT_THAT(vitals::test::run(DiskSpace{"/data"}), IsFail(HasSubstr("3 GiB")));   // vitals/testing_gmock.hpp
/// @endcode
///
/// An exception is `fail(what())`, a dropped completion is a failure, and a run that takes longer than `timeout` is the
/// failure "timed out after 500 ms, still running". A PushedCheck returns its result, stale or not. A Heartbeat or a
/// HeartbeatGroup doesn't compile: it means nothing at a single moment.
///
/// @param check    A callable (see CheckCallable) or a PushedCheck. Called from a separate thread, as a Runner would.
///                 An lvalue is copied; std::ref(check) runs the object itself.
/// @param timeout  The deadline in the check's context, 1 ms to 1 h.
/// @returns The result, within the timeout plus 2 s, also if the check hangs.
///
/// @throws std::invalid_argument  if the timeout is out of range, or the check is a null pointer or an empty
///                                std::function.
/// @par Thread safety  Safe.
/// @par Lifetime       A run that overruns gets a stop request. If it doesn't return within 2 s, its thread is
///                     abandoned with a line on standard error: what the check captures must outlive it, so use no
///                     local variable of the test.
template <class Check>
[[nodiscard]] CheckResult run(Check&& check, Duration timeout = std::chrono::milliseconds{500}) {
  if constexpr (std::same_as<std::remove_cvref_t<Check>, PushedCheck>) {
    return check.get();
  } else if constexpr (requires { instant_source(check); }) {
    static_assert(!std::same_as<Check, Check>,
                  "vitals: a Heartbeat says nothing at one moment: register it in a registry with a ManualClock");
  } else {
    return detail::run_once(detail::make_check_body(std::forward<Check>(check)), timeout);
  }
}

}  // namespace test
}  // namespace vitals::inline v1

#endif
