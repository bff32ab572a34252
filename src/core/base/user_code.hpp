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

/// Calls it. What it throws goes to `failed`, in words.
///
/// pthread_exit() and cancellation unwind the stack as an exception does, and the process ends if that is stopped: they
/// go to `failed`, too, and then on. A function that they pass through must restore its state and rethrow.
template <class Call, class Failed>
__attribute__((no_sanitize("undefined")))  // the reference to the forced unwinding is one to nothing
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

/// The same for code of the application's: a thread of ours may be cancelled in it.
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
