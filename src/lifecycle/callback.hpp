#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <vitals/clock.hpp>

#include "core/redaction.hpp"
#include "lifecycle/wake.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A callback that the application has registered for the shutdown.
struct Callback {
  using Call = std::function<void(const std::stop_token&)>;

  std::string name;
  std::shared_ptr<const Call> call;  ///< Shared with the thread that calls it.
  Duration budget;
};

/// A call of a Callback, in progress or ended.
class CallbackCall {
 public:
  enum class Where { here, on_its_own_thread };

  /// Runs here, too, if no thread can be created.
  /// @param redactor  For the text of an exception; called where the callback is, and within its budget.
  CallbackCall(const Callback& callback, Where where, std::shared_ptr<Wake> wake, Redactor redactor = nullptr);
  CallbackCall(const CallbackCall&) = delete;
  CallbackCall& operator=(const CallbackCall&) = delete;
  /// If the call hasn't ended, requests it to stop and abandons it.
  ~CallbackCall();

  [[nodiscard]] bool ended() const noexcept { return state_->ended.load(std::memory_order_acquire); }
  /// The outcome in words: `done` if the call ended within its budget and threw nothing.
  [[nodiscard]] std::string how_it_went(Duration took, Duration budget) const;
  static constexpr std::string_view done = "done";

 private:
  /// Owned by the thread, too.
  struct State {
    explicit State(Redactor its_redactor) noexcept : redactor{std::move(its_redactor)} {}

    const Redactor redactor;
    std::stop_source stop;
    std::atomic<bool> ended = false;
    std::string error;  ///< What it threw, redacted; valid once it has ended.
  };

  static void run(const Callback::Call& call, State& state);

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals::inline v1
