// A coroutine needs an executor. errors when wrong: 1
#include <vitals/vitals.hpp>

/// As boost::asio::awaitable is, for a compiler without coroutines.
struct Awaitable {
  [[nodiscard]] bool await_ready() const noexcept { return ready; }
  bool ready = true;
};

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_readiness_check("redis", [] { return Awaitable{}; });
#else
  health.add_readiness_check("redis", [] { return Awaitable{}.await_ready(); });
#endif
}
