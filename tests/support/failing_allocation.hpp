#pragma once

#include <cstdlib>
#include <exception>
#include <new>
#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace vitals_test {

/// Whose allocations are counted.
enum class Allocating {
  test,    ///< The test's thread, in FailingAllocation::attempt().
  others,  ///< All other threads, which are those of the library.
};

inline void PrintTo(Allocating whose, std::ostream* out) { *out << (whose == Allocating::test ? "test" : "others"); }

/// Makes one allocation fail: number `number` of those between begin() and end(). Only one object at a time may live.
///
/// Needs failing_allocation.cpp, which replaces operator new and aligned_alloc().
class FailingAllocation {
 public:
  FailingAllocation(Allocating whose, int number) noexcept : whose_{whose}, number_{number} {}
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation() { end(); }

  void begin() noexcept;
  /// Like begin(), but all allocations from that number on fail.
  void begin_lasting() noexcept;
  void end() noexcept;
  /// Whether the allocation of that number was made.
  [[nodiscard]] bool happened() const noexcept { return refused() > 0; }
  /// How many have failed.
  [[nodiscard]] int refused() const noexcept;

  /// Calls it on the test's thread.
  /// @returns False if it threw std::bad_alloc.
  template <class Call>
  bool attempt(Call&& call) {
    try {
      const CountedHere counted;
      std::forward<Call>(call)();
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

 private:
  struct CountedHere {
    CountedHere() noexcept;
    CountedHere(const CountedHere&) = delete;
    CountedHere& operator=(const CountedHere&) = delete;
    ~CountedHere();
  };

  const Allocating whose_;
  const int number_;
};

/// Marks code of the test that runs on another thread: while it lives, this thread's allocations aren't counted.
class TestCode {
 public:
  TestCode() noexcept;
  TestCode(const TestCode&) = delete;
  TestCode& operator=(const TestCode&) = delete;
  ~TestCode();

 private:
  const int before_;
};

/// Calls `scenario` repeatedly: the first allocation fails, then the second, and so on until the scenario makes fewer.
/// Stops at the test's first failure.
///
/// VITALS_FAIL_AT in the environment selects a single number; the test is skipped if fewer allocations are made.
template <class Scenario>
void with_each_allocation_failing(Allocating whose, Scenario scenario) {
  constexpr int most = 400;
  constexpr int enough = 3;  // the number of allocations of threads varies
  const char* const only = std::getenv("VITALS_FAIL_AT");
  int unharmed = 0;
  for (int number = only == nullptr ? 1 : std::atoi(only); unharmed < enough; ++number) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    ASSERT_LE(number, most) << "there is always one more allocation";
    FailingAllocation failing{whose, number};
    try {
      scenario(failing);
    } catch (const std::exception& error) {  // caught here, where the trace names the allocation
      ADD_FAILURE() << "threw " << error.what();
    }
    failing.end();
    if (only != nullptr && !failing.happened()) GTEST_SKIP() << "so many aren't made";
    if (only != nullptr || testing::Test::HasFailure()) return;
    unharmed = failing.happened() ? 0 : unharmed + 1;
  }
}

}  // namespace vitals_test
