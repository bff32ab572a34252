#pragma once

namespace vitals::inline v1 {
namespace detail {

/// From here on the calling thread, one of ours, can be cancelled (pthread_cancel) only where it is Cancellable.
void refuse_cancellation() noexcept;

/// Lets a thread that refuses cancellation be cancelled while this lives. Changes nothing on threads of the host's.
class Cancellable {
 public:
  Cancellable() noexcept;
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  ~Cancellable();

  /// Ends the thread if it was cancelled during the call that has just returned, so that the next call isn't hit.
  void heed() const;
};

}  // namespace detail
}  // namespace vitals::inline v1
