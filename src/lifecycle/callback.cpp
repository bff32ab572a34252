#include "lifecycle/callback.hpp"

#include <new>
#include <string_view>
#include <utility>

#include "core/base/signals.hpp"
#include "core/base/text.hpp"
#include "core/base/user_code.hpp"

namespace vitals::inline v1 {
namespace detail {

CallbackCall::CallbackCall(const Callback& callback, Where where, std::shared_ptr<Wake> wake, Redactor redactor)
    : state_{std::make_shared<State>(std::move(redactor))} {
  if (where == Where::on_its_own_thread) {
    try {
      const SignalsBlocked blocked;
      thread_ = std::thread{[call = callback.call, state = state_, wake = std::move(wake)]() mutable {
        refuse_cancellation();
        const auto ended = [&] {
          call.reset();  // user code: destroyed before the end is reported
          state->ended.store(true, std::memory_order_release);
          wake->notify();
        };
        try {
          run(*call, *state);
        } catch (...) {  // the callback ends this thread
          ended();
          throw;
        }
        ended();
      }};
      return;
    } catch (...) {
      // No thread could be created. Better here, where it can't be abandoned, than not at all.
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
    std::thread{[state = state_] {
      refuse_cancellation();
      state->stop.request_stop();
    }}.detach();
  } catch (...) {
    // No thread could be created: it gets no stop request.
  }
}

std::string CallbackCall::how_it_went(Duration took, Duration budget) const {
  if (!ended()) return "overran its budget of " + spoken(budget) + ", is abandoned";
  if (!state_->error.empty()) return "failed: " + state_->error;
  return took <= budget ? std::string{done} : "overran its budget of " + spoken(budget);
}

void CallbackCall::run(const Callback::Call& call, State& state) {
  const auto failed = [&](std::string_view message) {
    try {
      state.error = message.empty() ? "an exception without a message" : redacted(state.redactor, message);
    } catch (const std::bad_alloc&) {
      state.error = "out of memory";  // so short that it needs no memory
    }
  };
  call_user_code([&] { call(state.stop.get_token()); }, failed);
}

}  // namespace detail
}  // namespace vitals::inline v1
