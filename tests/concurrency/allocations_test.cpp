// An answer that is still valid costs the same with any number of checks. The test counts allocations, which don't
// depend on the machine.

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/responses.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined: g++ 12 would warn that new and free() don't match.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace vitals::test {
namespace {

/// How many allocations an answer makes after the first one.
std::size_t allocations_with(int checks, std::string_view target) {
  const ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  for (int i = 0; i < checks; ++i)
    health.add_readiness_check("check-" + std::to_string(i), [] { return true; },
                               {.schedule = i % 2 == 0 ? on_demand() : every(std::chrono::seconds{1})});
  const Endpoint endpoint{health};
  health.run_due();
  EXPECT_EQ(get(endpoint, target).status, 200);

  const auto before = allocations;
  const auto answer = endpoint.handle({.target = target});
  return allocations - before;
}

TEST(AllocationsTest, OfAValidAnswerDoNotDependOnTheNumberOfChecks) {
  for (const std::string_view target : {"/ready", "/ready?verbose", "/health"})
    EXPECT_EQ(allocations_with(1, target), allocations_with(1000, target)) << target;
}

TEST(AllocationsTest, AreCounted) { EXPECT_GT(allocations_with(1, "/ready"), 0U); }

}  // namespace
}  // namespace vitals::test
