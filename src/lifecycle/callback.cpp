#include "lifecycle/callback.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include "core/signals.hpp"

namespace vitals::inline v1 {
namespace detail {

CallbackCall::CallbackCall(const Callback& callback, Where where, std::shared_ptr<Wake> wake) {
  if (where == Where::on_its_own_thread) {
    try {
      const SignalsBlocked blocked;
      thread_ = std::thread{[call = callback.call, state = state_, wake = std::move(wake)]() mutable {
        run(*call, *state);
        call.reset();  // user code: before anybody is told that it is over
        state->ended.store(true, std::memory_order_release);
        wake->notify();
      }};
      return;
    } catch (const std::system_error&) {
      // Better here, where nobody can end it, than not at all.
    }
  }
  run(*callback.call, *state_);
  state_->ended.store(true, std::memory_order_release);
}

CallbackCall::~CallbackCall() {
  if (ended()) {
    if (thread_.joinable()) thread_.join();
    return;
  }
  state_->stop.request_stop();
  thread_.detach();
}

void CallbackCall::run(const Callback::Call& call, State& state) noexcept {
  try {
    call(state.stop.get_token());
  } catch (const std::exception& error) {
    state.error = error.what();
    if (state.error.empty()) state.error = "an exception without words";
  } catch (...) {
    state.error = "an exception that is no std::exception";
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
