// A server that is out of memory for a moment answers every request afterwards. In a program of its own, because it
// replaces operator new.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace {

std::atomic<bool> no_memory_for_others = false;
std::atomic<int> refused = 0;
thread_local bool is_the_test = false;

bool has_memory() noexcept {
  if (is_the_test || !no_memory_for_others) return true;
  ++refused;
  return false;
}

}  // namespace

// Not inlined: g++ 12 would warn that new and free() don't match.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = has_memory() ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return has_memory() ? std::malloc(size) : nullptr;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace vitals_test {
namespace {

class ShortMemoryTest : public ServerTest {
 protected:
  ShortMemoryTest() { is_the_test = true; }
};

TEST_F(ShortMemoryTest, DoesNotStopTheListener) {
  start();

  no_memory_for_others = true;
  auto newcomer = connect();
  newcomer.send(get_healthz);
  EXPECT_TRUE(eventually([] { return refused > 0; }));
  no_memory_for_others = false;

  EXPECT_EQ(connect().send(get_healthz).read_response().status, 200);
}

TEST_F(ShortMemoryTest, DoesNotAffectKeptConnections) {
  const vitals::PushedCheck flag{vitals::CheckResult::pass()};
  health_.add_liveness_check("flag", flag);
  start();
  auto kept = connect();
  auto other = connect();
  EXPECT_EQ(kept.send(get_healthz).read_response().status, 200);
  EXPECT_EQ(other.send(get_healthz).read_response().status, 200);

  flag.set(vitals::CheckResult::warn("another answer, which must be written"));
  refused = 0;
  no_memory_for_others = true;
  other.send(get_healthz);
  EXPECT_TRUE(eventually([] { return refused > 0; }));
  no_memory_for_others = false;

  EXPECT_EQ(kept.send(get_healthz).read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
