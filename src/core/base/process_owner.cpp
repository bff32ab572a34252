#include <cstddef>
#include <new>
#include <unistd.h>
#include <utility>

#include <vitals/process_owner.hpp>

namespace vitals::inline v1 {
namespace detail {
namespace {

struct Leaked {
  std::shared_ptr<void> object = nullptr;
  Leaked* next = nullptr;
};

std::atomic<Leaked*> leaked = nullptr;

}  // namespace

void ProcessOwner::claim() noexcept { id_.store(::getpid()); }

void ProcessOwner::release() noexcept { id_.store(0); }

bool ProcessOwner::is_another() const noexcept {
  const auto id = id_.load();
  return id != 0 && id != ::getpid();
}

void leak(std::shared_ptr<void> object) noexcept {
  if (auto* kept = new (std::nothrow) Leaked{}) {
    kept->object = std::move(object);
    kept->next = leaked.load();
    while (!leaked.compare_exchange_weak(kept->next, kept)) continue;
    return;
  }
  using Pointer = std::shared_ptr<void>;  // out of memory: unreachable for a leak checker, but not destroyed either
  alignas(Pointer) std::byte storage[sizeof(Pointer)];
  ::new (static_cast<void*>(storage)) Pointer{std::move(object)};
}

}  // namespace detail
}  // namespace vitals::inline v1
