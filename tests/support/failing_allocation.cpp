#include "support/failing_allocation.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace vitals_test {
namespace {

enum Code : int { of_others, of_the_test, uncounted };

thread_local int code = of_others;
std::atomic<int> counted = uncounted;
std::atomic<int> left = 0;
std::atomic<bool> lasting = false;
std::atomic<int> refusals = 0;

[[maybe_unused]] const int the_first_thread = code = uncounted;

bool fails() noexcept {
  if (code == uncounted || code != counted) return false;
  const int number = left.fetch_sub(1);
  if (number != 1 && !(lasting && number < 1)) return false;
  ++refusals;
  return true;
}

}  // namespace

void FailingAllocation::begin() noexcept {
  refusals = 0;
  left = number_;
  counted = whose_ == Allocating::test ? of_the_test : of_others;
}

void FailingAllocation::begin_lasting() noexcept {
  lasting = true;
  begin();
}

void FailingAllocation::end() noexcept {
  counted = uncounted;
  lasting = false;
}

int FailingAllocation::refused() const noexcept { return refusals; }

FailingAllocation::CountedHere::CountedHere() noexcept { code = of_the_test; }

FailingAllocation::CountedHere::~CountedHere() { code = uncounted; }

TestCode::TestCode() noexcept : before_{code} { code = uncounted; }

TestCode::~TestCode() { code = before_; }

namespace {

void* allocate(std::size_t size) noexcept { return fails() ? nullptr : std::malloc(size == 0 ? 1 : size); }

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  void* memory = nullptr;
  const auto unit = std::max(static_cast<std::size_t>(alignment), sizeof(void*));
  return !fails() && ::posix_memalign(&memory, unit, size) == 0 ? memory : nullptr;
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace
}  // namespace vitals_test

using vitals_test::allocate;
using vitals_test::or_throw;

// Not inlined: g++ 12 would warn that new and free() don't match.
#define REPLACED [[gnu::noinline]]

/// Asio allocates the memory for its handlers with it.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return allocate(size, std::align_val_t{alignment});
}

REPLACED void* operator new(std::size_t size) { return or_throw(allocate(size)); }
REPLACED void* operator new[](std::size_t size) { return or_throw(allocate(size)); }
REPLACED void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
REPLACED void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
REPLACED void* operator new(std::size_t size, std::align_val_t unit) { return or_throw(allocate(size, unit)); }
REPLACED void* operator new[](std::size_t size, std::align_val_t unit) { return or_throw(allocate(size, unit)); }
REPLACED void* operator new(std::size_t size, std::align_val_t unit, const std::nothrow_t&) noexcept {
  return allocate(size, unit);
}
REPLACED void* operator new[](std::size_t size, std::align_val_t unit, const std::nothrow_t&) noexcept {
  return allocate(size, unit);
}

REPLACED void operator delete(void* memory) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory) noexcept { std::free(memory); }
REPLACED void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
REPLACED void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
REPLACED void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
REPLACED void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
REPLACED void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
REPLACED void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
