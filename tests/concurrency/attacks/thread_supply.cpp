#include "thread_supply.hpp"

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <limits>
#include <pthread.h>

namespace vitals_test {
namespace {

constexpr int unlimited = std::numeric_limits<int>::max() / 2;
std::atomic<int> threads_left = unlimited;

}  // namespace

void limit_new_threads(int count) noexcept { threads_left = count; }

void unlimit_new_threads() noexcept { threads_left = unlimited; }

}  // namespace vitals_test

// Replaces the C library's function, also for libstdc++.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                              void* argument) noexcept {
  if (vitals_test::threads_left.fetch_sub(1) <= 0) return EAGAIN;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, start, argument);
}
