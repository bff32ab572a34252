#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <vitals/clock.hpp>

#include "lifecycle/wake.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What an application has registered for its end.
struct Callback {
  using Call = std::function<void(const std::stop_token&)>;

  std::string name;
  std::shared_ptr<const Call> call;  ///< Shared with a thread that is in it.
  Duration budget;
};

/// The call of a Callback that is under way.
class CallbackCall {
 public:
  /// Where it runs.
  enum class Where { here, on_its_own_thread };

  /// Without a thread to be had it runs here, too.
  CallbackCall(const Callback& callback, Where where, std::shared_ptr<Wake> wake);
  CallbackCall(const CallbackCall&) = delete;
  CallbackCall& operator=(const CallbackCall&) = delete;
  /// Tells one that hasn't ended to stop, and leaves it to itself.
  ~CallbackCall();

  [[nodiscard]] bool ended() const noexcept { return state_->ended.load(std::memory_order_acquire); }
  /// In words; `done` if it has ended within its budget, and threw nothing.
  [[nodiscard]] std::string how_it_went(Duration took, Duration budget) const;
  static constexpr std::string_view done = "done";

 private:
  /// Owned by the thread, too.
  struct State {
    std::stop_source stop;
    std::atomic<bool> ended = false;
    std::string error;  ///< What it threw; to be read once it has ended.
  };

  static void run(const Callback::Call& call, State& state);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals::inline v1
