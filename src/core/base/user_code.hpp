#pragma once

#include <exception>
#include <string_view>
#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

#include <vitals/text.hpp>

#include "core/base/cancellation.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Runs `call`. If it throws, passes a description to `failed`.
///
/// pthread_exit() and cancellation unwind the stack like an exception, but the process ends if that is stopped. So they
/// are passed to `failed`, too, and rethrown. Every function that they pass through must restore its state and rethrow.
template <class Call, class Failed>
__attribute__((no_sanitize("undefined")))  // the reference to the forced unwind refers to no object
void call_and_catch(Call&& call, Failed&& failed) {
  try {
    call();
  }
#ifdef __GLIBCXX__
  catch (const abi::__forced_unwind&) {
    failed(std::string_view{"ended its thread (pthread_exit or pthread_cancel)"});
    throw;
  }
#endif
  catch (const std::exception& error) {
    failed(std::string_view{Text{error.what()}});
  } catch (...) {
    failed(std::string_view{"threw something that is no std::exception"});
  }
}

/// The same for the application's code, in which the library's threads may be cancelled.
template <class Call, class Failed>
void call_user_code(Call&& call, Failed&& failed) {
  call_and_catch(
      [&] {
        const Cancellable cancellable;
        call();
        cancellable.heed();
      },
      failed);
}

}  // namespace detail
}  // namespace vitals::inline v1
