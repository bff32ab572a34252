#pragma once

namespace vitals::inline v1 {
namespace detail {

/// From here on the calling thread, one of the library's, can be cancelled (pthread_cancel) only inside a Cancellable.
void refuse_cancellation() noexcept;

/// Allows cancellation while it lives, on a thread that called refuse_cancellation(). Does nothing on the host's
/// threads.
class Cancellable {
 public:
  Cancellable() noexcept;
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  ~Cancellable();

  /// Acts on a cancellation that arrived during the last call, so that it doesn't end the next one.
  void heed() const;
};

}  // namespace detail
}  // namespace vitals::inline v1
