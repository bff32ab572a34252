#include "core/base/cancellation.hpp"

#include <cstddef>
#ifdef __linux__
#include <pthread.h>
#endif
#ifdef __SANITIZE_ADDRESS__  // g++
#define VITALS_ADDRESS_SANITIZER
#elif defined(__has_feature)  // clang++
#if __has_feature(address_sanitizer)
#define VITALS_ADDRESS_SANITIZER
#endif
#endif
#ifdef VITALS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace vitals::inline v1 {
namespace detail {

#if defined(__linux__) && defined(PTHREAD_CANCEL_DISABLE)

namespace {

thread_local bool refuses = false;

/// Resets the type as well: user code may have changed both.
void set_cancellation(int state) noexcept {
  pthread_setcancelstate(state, nullptr);
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, nullptr);
}

/// The address sanitizer doesn't notice that cancellation unwinds the stack.
void forget_unwound_frames() noexcept {
#ifdef VITALS_ADDRESS_SANITIZER
  constexpr std::size_t usual_depth = 32 * 1024;
  __asan_unpoison_memory_region(static_cast<char*>(__builtin_frame_address(0)) - usual_depth, usual_depth);
#endif
}

}  // namespace

void refuse_cancellation() noexcept {
  refuses = true;
  set_cancellation(PTHREAD_CANCEL_DISABLE);
}

Cancellable::Cancellable() noexcept {
  if (refuses) set_cancellation(PTHREAD_CANCEL_ENABLE);
}

Cancellable::~Cancellable() {
  forget_unwound_frames();
  if (refuses) set_cancellation(PTHREAD_CANCEL_DISABLE);
}

void Cancellable::heed() const {
  if (!refuses) return;
  set_cancellation(PTHREAD_CANCEL_ENABLE);
  pthread_testcancel();
}

#else

void refuse_cancellation() noexcept {}
Cancellable::Cancellable() noexcept = default;
Cancellable::~Cancellable() = default;
void Cancellable::heed() const {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
