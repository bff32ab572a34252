#include "lifecycle/callback.hpp"

#include <exception>
#include <utility>

#include <vitals/check_result.hpp>

#include "core/signals.hpp"
#include "core/text.hpp"

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
    } catch (...) {
      // No thread, or no memory for one. Better here, where nobody can end it, than not at all.
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
  thread_.detach();
  try {  // its stop callbacks are user code, too, and may hang
    const SignalsBlocked blocked;
    std::thread{[state = state_] { state->stop.request_stop(); }}.detach();
  } catch (...) {
    // No thread: it isn't told.
  }
}

std::string CallbackCall::how_it_went(Duration took, Duration budget) const {
  if (!ended()) return "overran its budget of " + spoken(budget) + ", is abandoned";
  if (!state_->error.empty()) return "failed: " + safe_text(state_->error, CheckResult::max_text);
  return took <= budget ? std::string{done} : "overran its budget of " + spoken(budget);
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
